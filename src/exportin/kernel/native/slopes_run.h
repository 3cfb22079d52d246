/* The loop of trajectories with sensitivities: one at a time, in lane 0, mirrored into the others. */
#if SLOPES
static void integrate_slopes(Work *k) {
    const Job *job = k->job;
    k->before_h = k->h = K(1.0);
    k->before_error = k->t = K(0.0);
    for (int64_t i; (i = next_trajectory(job)) >= 0 && !(job->cancel && *job->cancel);) {
        slopes_begin(k, i);
        take(k, 0, i);
        while (k->lane[0].which >= 0) {
            if (job->cancel && *job->cancel) return;
            if (k->lane[0].fresh) mirror(k);
            first_steps(k);
            choose_lengths(k);
            k->h = K(k->lane[0].h), k->t = K(k->lane[0].t);
            step(k);
            judge(k);
        }
    }
}

static void lay_out_slopes(Work *k, Slopes *m, const SlopeJob *job, Store *store) {
    const Job *base = k->job;
    const size_t groups = (size_t)job->groups, size = N * groups;
    size_t entries = 1;
    for (int64_t j = 0; j < job->n_used; j++) entries += P_START[job->used[j] + 1] - P_START[job->used[j]];
    m->job = job, m->size = (int)size, m->entry_count = (int)entries;
    V **vectors[] = {&m->s, &m->next, &m->z, &m->u, &m->change, &m->weights, &m->inner, &m->wide, &m->entries, &m->moving, &m->state, &m->velocity, &m->before_rates};
    const size_t sizes[] = {size, size, size, 8 * size, size, job->n_used * groups, 3 * N, NLU, POINTS * entries, entries, N, 2 * N, N};
    for (int n = 0; n < 13; n++) *vectors[n] = get(store, sizeof(V) * (sizes[n] + 1));
    int32_t effects = 1;
    for (int64_t e = 0; e < base->n_events; e++) effects = largest(effects, base->events[e].count);
    V *rows = get(store, sizeof(V) * QUEUE * effects * groups);
    for (int n = 0; store->base && n < QUEUE; n++) k->lane[0].waiting[n].rows = rows + n * effects * groups;
    m->pair = get(store, sizeof(Pair) * (job->n_used * groups + 1));
    m->jacobians = get(store, sizeof(double) * (POINTS * NLU + 1));
    m->turning = get(store, sizeof(double) * (NLU + 1));
    m->lu = get(store, sizeof(double) * (NLU + 1));
    const int32_t events = largest(job->gaps.tape.results, job->effects.tape.results);
    const int32_t most = largest(largest(job->observed.tape.results, job->units.tape.results), events);
    m->values = get(store, sizeof(double) * (most + 1));
    m->now = get(store, sizeof(double) * (base->watch.results + 1));
    m->held = get(store, sizeof(double) * (N + 1));
}

/* Integrates trajectories with their derivatives; events must have no delays. 0, or 1 when there is no memory. */
EXPORT int32_t exportin_slopes(const Job *job, const SlopeJob *wanted) {
    void *memory[3] = {NULL, NULL, NULL};
    const Tape *tapes[] = {&wanted->observed.tape, &wanted->gaps.tape, &wanted->effects.tape, &wanted->units.tape};
    int32_t registers = 1;
    for (int n = 0; n < 4; n++) registers = largest(registers, tapes[n]->operations);
    Work *k = open_work(job, registers, memory);
    Slopes *m = calloc(1, sizeof(Slopes) + 64);
    if (k && m) {
        Slopes *here = aligned(m);
        Store store = {NULL, 0, 0};
        lay_out_slopes(k, here, wanted, &store);
        memory[2] = calloc(1, store.used + 64);
        if (memory[2]) {
            store = (Store){aligned(memory[2]), 0, store.used};
            lay_out_slopes(k, here, wanted, &store);
            k->slopes = here;
            integrate_slopes(k);
        }
    }
    const int failed = !(k && m && memory[2]);
    for (int n = 0; n < 3; n++) free(memory[n]);
    free(m);
    return failed;
}
#endif
