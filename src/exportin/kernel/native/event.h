/* What happens to a lane between steps: doses, events with delay and priority, and what is held over a step. */
static int due(const Lane *one) { /* the waiting event to execute now: highest priority, then first come; -1 for none */
    int best = -1;
    double highest = 0.0;
    for (int n = 0; n < one->n_waiting; n++) {
        if (one->waiting[n].when > one->t) continue;
        const double priority = one->scratch[n];
        if (best < 0 || priority > highest) best = n, highest = priority;
    }
    return best;
}

static void constants(Work *k, int l) {
    Lane *one = &k->lane[l];
    double *q = one->scratch;
    play(&k->job->constants, 0.0, NULL, one->p, k->r, q);
    for (int n = 0; n < NQ; n++) AT(k->q, n, l) = q[n];
}

static void set(Work *k, int l, int kind, int target, double value) {
    Lane *one = &k->lane[l];
    if (kind == 0) AT(k->x, target, l) = value;
    else one->p[target] = value, one->moved = 1;
}

static void evaluate_effects(Work *k, int l, int event, double *values) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    present(k->x, l, job->effects.reads, job->effects.states, k->xs);
    play(&job->effects, one->t, k->xs, one->p, k->r, one->scratch + QUEUE);
    for (int n = 0; n < job->events[event].count; n++) values[n] = one->scratch[QUEUE + job->events[event].first + n];
}

static int schedule(Work *k, int l, int event) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    if (one->n_waiting == QUEUE) return QUEUE_FULL;
    double delay = 0.0;
    if (job->events[event].delay >= 0) {
        present(k->x, l, job->timing.reads, job->timing.states, k->xs);
        play(&job->timing, one->t, k->xs, one->p, k->r, one->scratch + QUEUE);
        delay = one->scratch[QUEUE + job->events[event].delay];
    }
    Waiting *new = &one->waiting[one->n_waiting++];
    new->when = one->t + delay;
    new->event = event;
    new->known = (job->events[event].flags & EVENT_FROM_TRIGGER) != 0;
    if (new->known) {
        evaluate_effects(k, l, event, new->values);
        SLOPE(slopes_rows(k, &job->events[event], new->rows));
    }
    return DONE;
}

static void forget(Lane *one, int n) { /* take an entry off the queue, keeping the order and its storage */
    const Waiting gone = one->waiting[n];
    for (int m = n; m + 1 < one->n_waiting; m++) one->waiting[m] = one->waiting[m + 1];
    one->waiting[--one->n_waiting] = gone;
}

static int respond(Work *k, int l) { /* triggers that turned since the last look */
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    look(k, l, one->watch);
    for (int e = 0; e < job->n_events; e++) {
        const uint8_t now = one->watch[e] != 0.0;
        if (now && !one->trigger[e]) {
            const int status = schedule(k, l, e);
            if (status) return status;
        } else if (!now && one->trigger[e] && !(job->events[e].flags & EVENT_PERSISTENT)) {
            for (int n = one->n_waiting - 1; n >= 0; n--) if (one->waiting[n].event == e) forget(one, n);
        }
        one->trigger[e] = now;
    }
    return DONE;
}

static void execute(Work *k, int l, int n) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    const Waiting *it = &one->waiting[n];
    const Event *event = &job->events[it->event];
    if (!it->known) {
        evaluate_effects(k, l, it->event, it->values);
        SLOPE(slopes_rows(k, event, it->rows));
    }
    SLOPE(slopes_assign(k, event, it->rows));
    for (int m = 0; m < event->count; m++) set(k, l, job->effect_kinds[event->first + m], job->effect_targets[event->first + m], it->values[m]);
    forget(one, n);
}

static int events(Work *k, int l) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    for (int round = 0; round < 10000; round++) {
        const int status = respond(k, l);
        if (status) return status;
        if (job->timing.results && one->n_waiting) {
            present(k->x, l, job->timing.reads, job->timing.states, k->xs);
            play(&job->timing, one->t, k->xs, one->p, k->r, one->scratch + QUEUE);
        }
        for (int n = 0; n < one->n_waiting; n++) {
            const int priority = job->events[one->waiting[n].event].priority;
            one->scratch[n] = priority >= 0 ? one->scratch[QUEUE + priority] : -INFINITY;
        }
        const int next = due(one);
        if (next < 0) return DONE;
        execute(k, l, next);
    }
    return CHATTERING;
}

/* What a dose's number is divided by now: a concentration that is set becomes an amount with the volume of the moment. */
static double dose_unit(Work *k, int l, int64_t dose) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    const int unit = job->dose_units[dose];
    if (unit < 0) return 1.0;
    present(k->x, l, job->units.reads, job->units.states, k->xs);
    play(&job->units, one->t, k->xs, one->p, k->r, one->scratch + QUEUE);
    return one->scratch[QUEUE + unit];
}

static void doses(Work *k, int l) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    for (; one->dose < one->last_dose && job->dose_times[one->dose] <= one->t; one->dose++) {
        const int target = job->dose_targets[one->dose];
        const double unit = dose_unit(k, l, one->dose), amount = job->dose_amounts[one->dose] / unit;
        switch (job->dose_kinds[one->dose]) {
        case DOSE_ADD: AT(k->x, target, l) += amount; break;
        case DOSE_SET: SLOPE(slopes_set(k, target, job->dose_units[one->dose], amount / unit)); AT(k->x, target, l) = amount; break;
        case DOSE_SET_PARAMETER: set(k, l, 1, target, amount); SLOPE(slopes_set_parameter(k, target)); break;
        default: set(k, l, 1, target, one->p[target] + amount);
        }
    }
}

static int differs(const Work *k, const double *a, const double *b) {
    for (int n = 0; n < k->job->watch.results; n++) if (a[n] != b[n] && (a[n] == a[n] || b[n] == b[n])) return 1; /* NaN does not turn */
    return 0;
}

static void next_stop(Work *k, int l) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    double stop = job->times[job->n_times - 1];
    if (one->dose < one->last_dose && job->dose_times[one->dose] < stop) stop = job->dose_times[one->dose];
    for (int n = 0; n < one->n_stops; n++) if (one->stops[n] > one->t && one->stops[n] < stop) stop = one->stops[n];
    for (int n = 0; n < one->n_waiting; n++) if (one->waiting[n].when > one->t && one->waiting[n].when < stop) stop = one->waiting[n].when;
    if (job->foreseen && job->watch.results) { /* what turns only after the present moment, as `time > 5` at 5 */
        const double after = fmax(nextafter(one->t, INFINITY), one->t + 1e-20 * (stop - one->t)); /* at 0 the next number is far too near */
        present(k->x, l, job->watch.reads, job->watch.states, k->xs);
        play(&job->watch, after, k->xs, one->p, k->r, one->was);
        if (after < stop && differs(k, one->watch, one->was)) stop = after;
    }
    one->stop = stop;
}

/* Everything that is due at the lane's time; afterwards the next stop is known and the held values are fresh. */
static int happen(Work *k, int l) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    int status = DONE;
    doses(k, l);
    if (job->watch.results) status = events(k, l);
    if (one->moved) {
        constants(k, l);
        play(&job->stops, one->t, NULL, one->p, k->r, one->stops);
        one->moved = 0;
    }
    for (int n = 0; n < ND; n++) AT(k->d, n, l) = one->watch[job->n_events + n];
    next_stop(k, l);
    return status;
}
