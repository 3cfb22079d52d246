/* The loop: lanes step together, each accepts or rejects for itself, and a lane that is done takes the next trajectory. */
static void emit(Work *k, int l, const double *xs, double t, double share) { /* share of the last step; negative: now */
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    double *row = job->out + (one->which * job->n_times + one->output) * job->observed.results;
    play(&job->observed, t, xs, one->p, k->r, row);
    SLOPE(slopes_emit(k, xs, t, share));
    (void)share;
    one->output++;
}

static void leave(Work *k, int l, int status) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    const int64_t i = one->which;
    job->status[i] = status;
    if (job->end) for (int n = 0; n < N; n++) job->end[i * N + ORDER[n]] = AT(k->x, n, l);
    if (job->end_parameters) memcpy(job->end_parameters + i * job->parameters, one->p, sizeof(double) * job->parameters);
    if (job->end_triggers && job->n_events) memcpy(job->end_triggers + i * job->n_events, one->trigger, job->n_events);
    int64_t *stats = job->stats + i * STATS;
    stats[STAT_STEPS] += one->steps, stats[STAT_REJECTED] += one->rejected, stats[STAT_ROOTS] += one->roots, stats[STAT_WAITING] = one->n_waiting;
    SLOPE(slopes_leave(k));
    one->which = -1;
}

static void outputs_now(Work *k, int l) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    if (one->output >= job->n_times || job->times[one->output] > one->t) return;
    present(k->x, l, job->observed.reads, job->observed.states, k->xs);
    while (one->output < job->n_times && job->times[one->output] <= one->t) emit(k, l, k->xs, one->t, -1.0);
}

/* After everything due at the present time: outputs, and the end. */
static void settle_moment(Work *k, int l) {
    Lane *one = &k->lane[l];
    SLOPE(slopes_before(k));
    int status = happen(k, l);
    SLOPE(slopes_after(k));
    SLOPE(if (k->slopes->clash) status = MOMENTS_COINCIDE);
    if (status) { leave(k, l, status); return; }
    outputs_now(k, l);
    if (one->t >= k->job->times[k->job->n_times - 1]) leave(k, l, DONE);
}

/* Absolute tolerances as shares: of a state's start or what a dose brings, and of no less than 1e-9 of the largest. */
static void scale(Work *k, int l) {
    const Job *job = k->job;
    double *brought = k->dense, top = 0.0; /* not in use between steps */
    memset(brought, 0, sizeof(double) * N);
    for (int64_t m = k->lane[l].dose; m < k->lane[l].last_dose; m++) {
        if (job->dose_kinds[m] > DOSE_SET) continue;
        double *size = brought + job->dose_targets[m];
        *size = fmax(*size, fabs(job->dose_amounts[m] / dose_unit(k, l, m)));
    }
    for (int n = 0; n < N; n++) brought[n] = fmax(brought[n], fabs(AT(k->x, n, l))), top = fmax(top, brought[n]);
    if (!(top > 0.0)) top = 1.0;
    for (int n = 0; n < N; n++) AT(k->absolute, n, l) *= fmax(brought[n], 1e-9 * top);
}

static int64_t next_trajectory(const Job *job) { /* -1 when there is none */
    const int64_t next = __atomic_fetch_add(job->taken, 1, __ATOMIC_RELAXED);
    return next >= job->count ? -1 : job->which ? job->which[next] : job->begin + next;
}

static int take(Work *k, int l, int64_t i) { /* a trajectory into a lane; 0 when there is none */
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    if (i < 0) return 0;
    one->which = i;
    one->steps = one->rejected = one->roots = one->output = 0;
    one->n_waiting = one->failed = one->losses = one->marked = 0;
    one->moved = one->fresh = 1;
    one->t = one->mark = job->times[0];
    one->keep = 0.0;
    memcpy(one->p, job->base, sizeof(double) * job->parameters);
    for (int64_t n = 0; n < job->n_varied; n++) one->p[job->varied[n]] = job->values[i * job->n_varied + n];
    play(&job->prepare, one->t, NULL, one->p, k->r, one->scratch);
    for (int n = 0; n < job->prepare.results; n++) one->p[job->computed[n]] = one->scratch[n];
    if (!job->start) play(&job->initial, one->t, NULL, one->p, k->r, one->scratch);
    const double *start = job->start ? job->start + i * job->start_stride : one->scratch;
    const double *absolute = job->absolute + i * job->absolute_stride;
    for (int n = 0; n < N; n++) AT(k->x, n, l) = start[ORDER[n]], AT(k->absolute, n, l) = absolute[ORDER[n]];
    for (int e = 0; e < job->n_events; e++) one->trigger[e] = job->was ? job->was[i * job->n_events + e] : (job->events[e].flags & EVENT_INITIALLY) != 0;
    one->dose = job->dose_offsets ? job->dose_offsets[i] : 0;
    one->last_dose = job->dose_offsets ? job->dose_offsets[i + 1] : job->n_doses;
    if (job->scaled) scale(k, l);
    settle_moment(k, l);
    return 1;
}

static void first_steps(Work *k) { /* a hundredth of the time in which the state would change by itself */
    int needed = 0;
    for (int l = 0; l < LANES; l++) needed |= k->lane[l].which >= 0 && k->lane[l].fresh;
    if (!needed) return;
    for (int n = 0; n < N; n++) k->u[n] = K(0.0);
    m_rates(&k->t, k->x, k->q, k->d, k->w, k->u);
    V states = K(0.0), rates = K(0.0);
    for (int n = 0; n < N; n++) {
        const V size = k->absolute[n] + K(k->job->relative) * v_abs(k->x[n]), a = k->x[n] / size, b = k->u[n] / size;
        states += a * a, rates += b * b;
    }
    for (int l = 0; l < LANES; l++) {
        Lane *one = &k->lane[l];
        if (one->which < 0 || !one->fresh) continue;
        const double whole = one->stop - one->t, guess = 0.01 * sqrt((states[l] + N) / rates[l]);
        one->h = guess < whole ? guess : whole;
        if (!(one->h > 0.0)) one->h = 1e-6 * whole;
        one->fresh = 0;
        k->before_error[l] = 0.0;
    }
}

static void choose_lengths(Work *k) {
    for (int l = 0; l < LANES; l++) {
        Lane *one = &k->lane[l];
        if (one->which < 0) { k->h[l] = 1.0; continue; }
        const double left = one->stop - one->t;
        if (k->job->longest > 0.0 && one->h > k->job->longest) one->h = k->job->longest;
        one->keep = one->h;
        if (one->h > 0.99 * left) one->h = left;
        else if (one->h > 0.5 * left) one->h = 0.5 * left;
        k->h[l] = one->h;
        k->t[l] = one->t;
    }
}

static void look_within(Work *k, int l, double s, double t, double *into) {
    within(k, l, s, k->job->watch.reads, k->job->watch.states, k->xs);
    play(&k->job->watch, t, k->xs, k->lane[l].p, k->r, into);
}

/* Where in the accepted step something that is held turns: the step then ends there. Returns the share of the step, 1 for all. */
static double turning(Work *k, int l, double end) {
    Lane *one = &k->lane[l];
    double *then = one->was, high = 1.0, low = 0.0;
    look_within(k, l, 0.5, one->t + 0.5 * one->h, then);
    if (differs(k, one->watch, then)) high = 0.5;
    else {
        low = 0.5;
        look_within(k, l, 1.0, end, then);
        if (!differs(k, one->watch, then)) return 1.0;
        const double before = nextafter(end, one->t);
        look_within(k, l, 1.0, before, then);
        if (!differs(k, one->watch, then)) return 1.0; /* it turns exactly at the end */
    }
    while ((high - low) * one->h > 4.0 * DBL_EPSILON * fabs(end) && high - low > 1e-15) {
        const double middle = 0.5 * (low + high);
        look_within(k, l, middle, one->t + middle * one->h, then);
        if (differs(k, one->watch, then)) high = middle;
        else low = middle;
    }
    one->roots++;
    return high;
}

static void outputs_within(Work *k, int l, double end) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    while (one->output < job->n_times && job->times[one->output] < end) {
        const double t = job->times[one->output];
        const double share = (t - one->t) / one->h;
        within(k, l, share, job->observed.reads, job->observed.states, k->xs);
        emit(k, l, k->xs, t, share);
    }
}

/* How far an accepted step goes, with the outputs on the way; the state that it ends in is put into `y`. */
static double reach(Work *k, int l, int *landed) {
    Lane *one = &k->lane[l];
    *landed = one->t + one->h >= one->stop || one->h == one->stop - one->t;
    double end = *landed ? one->stop : one->t + one->h;
    one->steps++;
    one->share = k->job->watch.results && !k->job->foreseen ? turning(k, l, end) : 1.0;
    if (one->share < 1.0) end = one->t + one->share * one->h, *landed = 1;
    SLOPE(slopes_step(k, one->share));
    outputs_within(k, l, one->share < 1.0 ? end - 8.0 * DBL_EPSILON * fabs(end) : end); /* a row at the moment is that after it */
    if (one->share < 1.0) {
        within(k, l, one->share, NULL, N, k->xs);
        for (int n = 0; n < N; n++) AT(k->y, n, l) = k->xs[n];
    }
    return end;
}

/* The new states of the lanes that accepted become the present ones; the arrays change places where all did. */
static void advance(Work *k, M accepted, int all) {
    if (all) {
        V *old = k->x;
        k->x = k->y;
        k->y = old;
    } else {
        for (int n = 0; n < N; n++) k->x[n] = pick(accepted, k->y[n], k->x[n]);
    }
}

static void arrive(Work *k, int l, double end, int landed) {
    Lane *one = &k->lane[l];
    const double last = k->job->times[k->job->n_times - 1];
    one->t = end;
    SLOPE(slopes_advance(k));
    if (landed) {
        if (one->share < 1.0 && ++one->marked > 1000) {
            if (end - one->mark < 1e-6 * (last - k->job->times[0])) { leave(k, l, CHATTERING); return; }
            one->mark = end, one->marked = 0;
        }
        settle_moment(k, l);
        one->fresh = 1;
    } else {
        outputs_now(k, l);
    }
    if (one->which >= 0 && one->steps >= k->job->most_steps) leave(k, l, TOO_MANY_STEPS);
}

static void reject(Work *k, int l, double grow) {
    Lane *one = &k->lane[l];
    const int finite = k->error[l] < 1e300;
    one->rejected++;
    one->failed++;
    one->losses += one->lost;
    one->h *= finite && !one->lost ? (grow > 0.1 ? grow < 0.9 ? grow : 0.9 : 0.1) : 0.25;
    const int tiny = one->h < 8.0 * DBL_EPSILON * fabs(one->t) || one->h < 1e-300;
    if (tiny || one->rejected > k->job->most_steps || (one->losses > 20 + one->steps / 4 && !k->job->pivoting)) /* pivoting may do better */
        leave(k, l, !tiny && one->rejected > k->job->most_steps ? TOO_MANY_STEPS : one->lost ? PIVOT_LOST : finite ? STEP_TOO_SMALL : NOT_FINITE);
}

static void judge(Work *k) {
    /* h' = h min(8, max(0.2, 0.95 error^(-1/5))), and Gustafsson's prediction from the last accepted step */
    const V error = v_max(k->error, K(1e-8));
    const V factor = K(0.95) * v_exp(K(-0.2) * v_log(error));
    const V predicted = k->h / k->before_h * v_exp(K(0.2) * v_log(v_max(k->before_error, K(1e-8)) / (error * error))) * K(0.95);
    M accepted = KM(0);
    double end[LANES], next[LANES];
    int all = 1, landed[LANES];
    for (int l = 0; l < LANES; l++) {
        Lane *one = &k->lane[l];
        if (one->which < 0) continue;
        double grow = factor[l];
        if (!(k->error[l] <= 1.0) || one->lost) {
            all = 0;
            reject(k, l, grow);
            continue;
        }
        if (k->before_error[l] > 0.0 && predicted[l] < grow) grow = predicted[l];
        if (one->failed && grow > 1.0) grow = 1.0;
        grow = grow > 8.0 ? 8.0 : grow < 0.2 ? 0.2 : grow;
        k->before_h[l] = one->h, k->before_error[l] = error[l] > 0.01 ? error[l] : 0.01;
        next[l] = grow >= 1.0 && one->keep > one->h * grow ? one->keep : one->h * grow; /* a step cut short says little */
        one->failed = 0;
        accepted[l] = -1;
        end[l] = reach(k, l, &landed[l]);
    }
    advance(k, accepted, all);
    for (int l = 0; l < LANES; l++) {
        if (!accepted[l]) continue;
        k->lane[l].h = next[l];
        arrive(k, l, end[l], landed[l]);
    }
}

static void integrate(Work *k) {
    k->before_h = k->h = K(1.0);
    k->before_error = k->t = K(0.0);
    for (;;) {
        int active = 0;
        for (int l = 0; l < LANES; l++) {
            while (k->lane[l].which < 0 && take(k, l, next_trajectory(k->job))) k->t[l] = k->lane[l].t;
            active |= k->lane[l].which >= 0;
            k->t[l] = k->lane[l].t;
        }
        if (!active || (k->job->cancel && *k->job->cancel)) return;
        first_steps(k);
        choose_lengths(k);
        step(k);
        judge(k);
    }
}
