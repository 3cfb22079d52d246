/* The solver of one model: generated parts, then the runtime. `model.h` is written by exportin/kernel/code/generate.py. */
#include "lanes.h"
#include "model.h"
#include "rodas5p.h"
#include "tape.h"
#include "job.h"
#include "step.h"
#include "dense.h"
#include "look.h"
#include "slopes.h"
#include "event.h"
#include "run.h"
#include "settle.h"

typedef struct { char *base; size_t used, size; } Store;

static void *get(Store *store, size_t bytes) { /* from one block; with no block yet it only counts */
    void *place = store->base ? store->base + store->used : NULL;
    store->used += (bytes + 63) & ~(size_t)63;
    return place;
}

static int32_t largest(int32_t a, int32_t b) { return a > b ? a : b; }

static void lay_out(Work *k, const Job *job, int32_t registers, Store *store) {
    V **vectors[] = {&k->x, &k->y, &k->stage, &k->absolute, &k->timed, &k->u, &k->q, &k->d, &k->w, &k->a, &k->lu};
    const size_t sizes[] = {N, N, N, N, N, 8 * N, NQ, ND, NW, NLU, SLOPES ? NLU : 0};
    for (int n = 0; n < 11; n++) *vectors[n] = get(store, sizeof(V) * (sizes[n] + 1));
    if (!SLOPES) k->lu = k->a; /* factorised in place, which spares the cache; slopes need the Jacobian afterwards */
    int32_t scratch = largest(largest(NQ, N), (int32_t)job->parameters), effects = 1;
    const Tape *tapes[] = {&job->prepare, &job->initial, &job->constants, &job->observed, &job->watch, &job->stops, &job->timing, &job->effects, &job->units};
    for (int n = 0; n < 9; n++) registers = largest(registers, tapes[n]->operations), scratch = largest(scratch, tapes[n]->results);
    for (int64_t e = 0; e < job->n_events; e++) effects = largest(effects, job->events[e].count);
    k->r = get(store, sizeof(double) * registers);
    k->xs = get(store, sizeof(double) * (N + 1));
    k->dense = get(store, job->pivoting ? sizeof(double) * LANES * N * N : sizeof(double) * N * N);
    k->pivots = get(store, sizeof(int32_t) * LANES * N);
    for (int l = 0; l < LANES; l++) {
        Lane *one = &k->lane[l];
        one->p = get(store, sizeof(double) * (job->parameters + 1));
        one->watch = get(store, sizeof(double) * (job->watch.results + 1));
        one->was = get(store, sizeof(double) * (job->watch.results + 1));
        one->stops = get(store, sizeof(double) * (job->stops.results + 1));
        one->scratch = get(store, sizeof(double) * (scratch + QUEUE + 1));
        one->trigger = get(store, job->n_events + 1);
        double *values = get(store, sizeof(double) * QUEUE * effects);
        for (int n = 0; store->base && n < QUEUE; n++) one->waiting[n].values = values + n * effects;
        one->n_stops = job->stops.results;
        one->which = -1;
    }
}

static void *aligned(void *place) { return (void *)(((uintptr_t)place + 63) & ~(uintptr_t)63); }

static Work *open_work(const Job *job, int32_t registers, void **memory) { /* memory[0] and [1] are to be freed; NULL when there is none */
    Store store = {NULL, 0, 0};
    memory[0] = calloc(1, sizeof(Work) + 64);
    memory[1] = NULL;
    if (!memory[0]) return NULL;
    Work *k = aligned(memory[0]);
    k->job = job;
    lay_out(k, job, registers, &store);
    memory[1] = calloc(1, store.used + 64);
    if (!memory[1]) return NULL;
    store = (Store){aligned(memory[1]), 0, store.used};
    lay_out(k, job, registers, &store);
    return k;
}

#include "slopes_run.h"

/* Integrates trajectories begin ... begin + count - 1 (or those listed). 0, or 1 when there is no memory. */
EXPORT int32_t exportin_run(const Job *job) {
    void *memory[2];
    Work *k = open_work(job, 1, memory);
    if (k) integrate(k);
    free(memory[1]);
    free(memory[0]);
    return k ? 0 : 1;
}

/* Polishes the ends of long runs into steady states; trajectories whose status is not DONE are left alone. */
EXPORT int32_t exportin_settle(const Job *job, const Rest *rest) {
    void *memory[2];
    Work *k = open_work(job, 1, memory);
    double *totals = calloc((size_t)((LANES + N) * rest->totals + 1), sizeof(double));
    if (k && totals) settle(k, rest, totals);
    free(totals);
    free(memory[1]);
    free(memory[0]);
    return k && totals ? 0 : 1;
}

/* Rates and the full Jacobian of one trajectory at a state, in the caller's order. */
EXPORT int32_t exportin_rates(const Job *job, double t, const double *state, double *rates, double *slopes) {
    void *memory[2];
    Work *k = open_work(job, 1, memory);
    if (k) {
        Rest rest = {0, NULL, NULL, (double *)state, NULL, 0.0};
        for (int l = 0; l < LANES; l++) load(k, &rest, 0, l, NULL);
        for (int n = 0; n < N; n++) k->u[n] = K(0.0);
        k->t = K(t);
        m_rates(&k->t, k->x, k->q, k->d, k->w, k->u);
        m_jacobian(&k->t, k->x, k->q, k->d, k->w, k->a);
        for (int n = 0; n < N; n++) rates[ORDER[n]] = AT(k->u, n, 0);
        for (int n = 0; n < NJ; n++) slopes[ORDER[ROW[PRESENT[n]]] * N + ORDER[COLUMN[PRESENT[n]]]] = AT(k->a, PRESENT[n], 0);
    }
    free(memory[1]);
    free(memory[0]);
    return k ? 0 : 1;
}

EXPORT int32_t exportin_layout(int32_t *numbers) { /* lets the caller check that both sides mean the same structures */
    const int32_t mine[] = {LANES, N, NLU, NQ, ND, TIMED, (int32_t)sizeof(Job), (int32_t)sizeof(Event), (int32_t)sizeof(Tape)};
    memcpy(numbers, mine, sizeof mine);
    return (int32_t)(sizeof mine / sizeof mine[0]);
}
