/* Forward sensitivities: one trajectory in all lanes, its derivatives with respect to up to 24 quantities, four to a vector.
 * S' = J(t) S + f_p(t) is linear once the trajectory is known: each accepted step takes the same method over it, with the
 * factors that the step already has and the Jacobian on the step's own dense output; its change in time is exact. */
typedef struct { /* derivatives of some rows: what each result of the tape is the derivative of, and by what */
    Tape tape;
    const int32_t *row, *kind, *index; /* kind 0: state (its place), 1: one of `used`, 2: time */
} Slope;

typedef struct {
    int64_t columns, groups, n_used, n_atoms;
    const int32_t *used;      /* parameters that the columns act through */
    const double *weights;    /* (trajectory, used, column): derivative of each used parameter by each column */
    const double *start;      /* (trajectory, N, column), in the caller's order */
    Slope observed, gaps, effects, units;
    double *out, *end;        /* (trajectory, time, observable, column), (trajectory, N, column) */
} SlopeJob;

#if SLOPES
#include "columns.h"
enum { POINTS = 6, MOST = 6 }; /* moments of the stages within a step: 0, c2, c3, c4, c5, 1; groups of columns */
static const int POINT[8] = {0, 1, 2, 3, 4, 5, 5, 5};

typedef struct { int group, weight, first, last, place; } Pair;

typedef struct Slopes {
    const SlopeJob *job;
    int size, first; /* N * groups; whether the present moment moves with the columns */
    V *s, *next, *z, *u, *change, *weights, *inner, *wide, *entries, *moving, *state, *velocity, *before_rates;
    double *jacobians, *turning, *lu; /* of one lane */
    V late[MOST];             /* how much later the present moment comes, per unit of each column */
    double *now, *values, *held, share;
    int moved, entry_count, pairs, clash;
    Pair *pair;
} Slopes;

#define SLOPE(call) do { if (k->slopes) { call; } } while (0)

/* Rows of d(rows)/d(columns) += a tape of partial derivatives times what they act through. */
static void apply(Work *k, const Slope *slope, const double *xs, double t, const V *s, const V *late, int from, int count, V *rows) {
    Slopes *m = k->slopes;
    const int groups = (int)m->job->groups;
    play(&slope->tape, t, xs, k->lane[0].p, k->r, m->values);
    for (int e = 0; e < slope->tape.results; e++) {
        const int row = slope->row[e] - from;
        if (row < 0 || row >= count) continue;
        const int state = slope->kind[e] == 0, stride = state ? N : 1;
        const V *by = state ? s + slope->index[e] : slope->kind[e] == 1 ? m->weights + slope->index[e] * groups : late;
        for (int g = 0; by && g < groups; g++) rows[row * groups + g] += K(m->values[e]) * by[g * stride];
    }
}

static void spread(V *to, double value) { *to = K(value); }

static void mirror(Work *k) { /* lane 0 into the others: the Jacobian then serves whole vectors of columns */
    for (int n = 0; n < N; n++) spread(&k->x[n], AT(k->x, n, 0)), spread(&k->absolute[n], AT(k->absolute, n, 0));
    for (int n = 0; n < NQ; n++) spread(&k->q[n], AT(k->q, n, 0));
    for (int n = 0; n < ND; n++) spread(&k->d[n], AT(k->d, n, 0));
    k->t = K(k->lane[0].t);
}

static int together(int left) { return left >= 5 ? 5 : left >= 2 ? 2 : 1; }

/* For all columns, several vectors at a time: r += a z, and the solution of lu b = b. Groups of columns lie one after the other. */
static void times(const double *a, const V *z, V *r, int groups) {
    static void (*const by[])(const double *, const V *, V *) = {NULL, m_times1, m_times2, NULL, NULL, m_times5};
    for (int g = 0, n; g < groups; g += n) n = together(groups - g), by[n](a, z + g * N, r + g * N);
}

static void solve_columns(const double *lu, V *b, int groups) {
    static void (*const by[])(const double *, V *) = {NULL, m_solve1, m_solve2, NULL, NULL, m_solve5};
    for (int g = 0, n; g < groups; g += n) n = together(groups - g), by[n](lu, b + g * N);
}

/* One lane of a matrix: a number then takes a quarter of the cache of a vector. */
static void thin(const V *from, int l, double *to) {
    int e = 0;
    for (; e + 3 < NLU; e += 4) {
        const V four = {from[e][l], from[e + 1][l], from[e + 2][l], from[e + 3][l]};
        memcpy(to + e, &four, sizeof four);
    }
    for (; e < NLU; e++) to[e] = from[e][l];
}

static int columns_of(Work *k, const Part *parts, const V *t, const V *x, V *entries) { /* derivatives by the used parameters */
    const SlopeJob *job = k->slopes->job;
    int place = 0;
    for (int64_t j = 0; j < job->n_used; j++) {
        const int p = job->used[j];
        if (parts[p]) parts[p](t, x, k->q, k->d, k->w, entries + place);
        place += P_START[p + 1] - P_START[p];
    }
    return place;
}

static void add_columns(Work *k, const V *entries, V *r) {
    const Slopes *m = k->slopes;
    for (int n = 0; n < m->pairs; n++) {
        const Pair *pair = &m->pair[n];
        const V weight = m->weights[pair->weight];
        V *column = r + pair->group * N;
        for (int e = pair->first; e < pair->last; e++) column[P_ROW[e]] += entries[pair->place + e - pair->first] * weight;
    }
}

static void find_pairs(Slopes *m) { /* which parameters act through which vector of columns: mostly one */
    const SlopeJob *job = m->job;
    m->pairs = 0;
    for (int j = 0, place = 0; j < job->n_used; j++) {
        const int first = P_START[job->used[j]], last = P_START[job->used[j] + 1];
        for (int g = 0; g < job->groups; g++) {
            const int weight = j * (int)job->groups + g;
            if (last > first && any(m->weights[weight] != K(0.0))) m->pair[m->pairs++] = (Pair){g, weight, first, last, place};
        }
        place += last - first;
    }
}

/* Jacobians and columns at the moments of the stages, on the dense output of the step just made. */
static void look_along(Work *k, V h) {
    Slopes *m = k->slopes;
    const double whole = k->lane[0].h;
    for (int n = 0; n < N; n++) {
        V sum[3] = {K(0.0), K(0.0), K(0.0)};
        UNROLL for (int j = 0; j < 8; j++) UNROLL for (int i = 0; i < 3; i++) sum[i] += k->u[j * N + n] * K(RH[i][j]);
        for (int i = 0; i < 3; i++) m->inner[i * N + n] = sum[i];
    }
    thin(k->a, 0, m->jacobians);
    columns_of(k, BY_P, &k->t, k->x, m->entries);
    for (int first = 1; first < POINTS; first += LANES) { /* four moments at once, one a lane */
        const int count = first + LANES <= POINTS ? LANES : POINTS - first;
        V along;
        for (int l = 0; l < LANES; l++) along[l] = RT[first + (l < count ? l : 0)];
        const V t = k->t + along * h, s = along * h / K(whole), rest = K(1.0) - s;
        for (int n = 0; n < N; n++)
            m->state[n] = rest * k->x[n] + s * (k->y[n] + rest * (m->inner[n] + s * (m->inner[N + n] + s * m->inner[2 * N + n])));
        m_jacobian(&t, m->state, k->q, k->d, k->w, m->wide);
        const int entries = columns_of(k, BY_P, &t, m->state, m->moving);
        for (int l = 0; l < count; l++) {
            thin(m->wide, l, m->jacobians + (first + l) * NLU);
            for (int e = 0; e < entries; e++) spread(&m->entries[(first + l) * m->entry_count + e], m->moving[e][l]);
        }
    }
    memcpy(m->velocity, k->x, sizeof(V) * N);
    for (int n = 0; n < N; n++) m->velocity[N + n] = K(0.0);
    m_rates(&k->t, k->x, k->q, k->d, k->w, m->velocity + N);
    m_turning(&k->t, m->velocity, k->q, k->d, k->w, m->wide);
    thin(m->wide, 0, m->turning);
    columns_of(k, ALONG_P, &k->t, m->velocity, m->moving);
}

static void slopes_step(Work *k, double share) {
    Slopes *m = k->slopes;
    const int groups = (int)m->job->groups, size = m->size;
    const V h = k->h * K(share), inverse = K(1.0) / h, c = inverse * K(1.0 / GAMMA);
    m->share = share;
    look_along(k, h);
    V growth;
    if (share < 1.0 || k->job->pivoting) m_factorise(&c, k->a, k->lu, &growth);
    thin(k->lu, 0, m->lu);
    for (int n = 0; n < size; n++) m->change[n] = K(0.0);
    times(m->turning, m->s, m->change, groups);
    add_columns(k, m->moving, m->change);
    for (int i = 0; i < 8; i++) {
        V *u = m->u + i * size;
        const V factor = h * K(RD[i]);
        switch (i) {
        case 0: for (int n = 0; n < size; n++) u[n] = factor * m->change[n]; break;
        case 1: forced_1(m->s, m->z, m->u, inverse, size, m->change, factor); break;
        case 2: forced_2(m->s, m->z, m->u, inverse, size, m->change, factor); break;
        case 3: forced_3(m->s, m->z, m->u, inverse, size, m->change, factor); break;
        case 4: forced_4(m->s, m->z, m->u, inverse, size, m->change, factor); break;
        case 5: sums_5(m->s, m->z, m->u, inverse, size); break;
        case 6: sums_6(m->s, m->z, m->u, inverse, size); break;
        default: sums_7(m->s, m->z, m->u, inverse, size);
        }
        times(m->jacobians + POINT[i] * NLU, i ? m->z : m->s, u, groups);
        add_columns(k, m->entries + POINT[i] * m->entry_count, u);
        solve_columns(m->lu, u, groups);
    }
    for (int n = 0; n < size; n++) m->next[n] = m->z[n] + m->u[7 * size + n];
}

static void slopes_advance(Work *k) {
    Slopes *m = k->slopes;
    V *old = m->s;
    m->s = m->next;
    m->next = old;
    m->moved = 1;
}

static void slopes_emit(Work *k, const double *xs, double t, double share) {
    Slopes *m = k->slopes;
    const SlopeJob *job = m->job;
    const int groups = (int)job->groups, observed = k->job->observed.results, size = m->size;
    const V *s = m->s;
    V rows[observed * groups + 1];
    if (share >= 0.0) {
        const double part = share / m->share;
        for (int n = 0; n < size; n++) {
            V inner[3];
            for (int i = 0; i < 3; i++) {
                inner[i] = m->u[n] * K(RH[i][0]);
                for (int j = 1; j < 8; j++) inner[i] += m->u[j * size + n] * K(RH[i][j]);
            }
            const V a = K(part), b = K(1.0 - part);
            m->z[n] = b * m->s[n] + a * (m->next[n] + b * (inner[0] + a * (inner[1] + a * inner[2])));
        }
        s = m->z;
    }
    for (int n = 0; n < observed * groups; n++) rows[n] = K(0.0);
    apply(k, &job->observed, xs, t, s, NULL, 0, observed, rows);
    double *out = job->out + ((k->lane[0].which * k->job->n_times + k->lane[0].output) * observed) * job->columns;
    for (int o = 0; o < observed; o++) for (int c = 0; c < job->columns; c++) out[o * job->columns + c] = rows[o * groups + c / LANES][c % LANES];
}

/* A state is set to value / unit: it changes with the unit alone; `over` is value / unit^2. */
static void slopes_set(Work *k, int target, int unit, double over) {
    Slopes *m = k->slopes;
    const int groups = (int)m->job->groups;
    V row[MOST];
    for (int g = 0; g < groups; g++) row[g] = K(0.0);
    present(k->x, 0, NULL, N, m->held);
    if (unit >= 0) apply(k, &m->job->units, m->held, k->lane[0].t, m->s, NULL, unit, 1, row);
    for (int g = 0; g < groups; g++) m->s[g * N + target] = K(-over) * row[g];
}

static void slopes_set_parameter(Work *k, int target) {
    Slopes *m = k->slopes;
    for (int64_t j = 0; j < m->job->n_used; j++)
        for (int g = 0; m->job->used[j] == target && g < m->job->groups; g++) m->weights[j * m->job->groups + g] = K(0.0);
    find_pairs(m);
}

/* By how much the moment at which an atom turns moves with each column; 0 where it passes without moving. */
static int lateness(Work *k, int atom, V *late) {
    Slopes *m = k->slopes;
    const Slope *gaps = &m->job->gaps;
    const int groups = (int)m->job->groups;
    V up[MOST];
    double down = 0.0;
    for (int g = 0; g < groups; g++) up[g] = K(0.0);
    apply(k, gaps, m->held, k->lane[0].t, m->s, NULL, atom, 1, up);
    for (int e = 0; e < gaps->tape.results; e++) {
        if (gaps->row[e] != atom) continue;
        if (gaps->kind[e] == 0) down += m->values[e] * AT(m->before_rates, gaps->index[e], 0);
        if (gaps->kind[e] == 2) down += m->values[e];
    }
    if (!(fabs(down) > 0.0)) return 0;
    for (int g = 0; g < groups; g++) late[g] = -up[g] / K(down);
    return 1;
}

/* Before what is due now happens: if comparisons turned here, how the moment moves. Where two turn that move differently, what
 * happens first depends on the direction, and there is no derivative. */
static void slopes_before(Work *k) {
    Slopes *m = k->slopes;
    const Job *base = k->job;
    const int groups = (int)m->job->groups, atoms = (int)m->job->n_atoms, offset = base->watch.results - atoms;
    m->first = m->clash = 0;
    for (int g = 0; g < groups; g++) m->late[g] = K(0.0);
    if (!m->moved || !atoms) return;
    look(k, 0, m->now);
    int turned = 0;
    for (int a = 0; a < atoms; a++) turned |= m->now[offset + a] != k->lane[0].watch[offset + a];
    if (!turned) return;
    for (int n = 0; n < N; n++) m->before_rates[n] = K(0.0), spread(&k->x[n], AT(k->x, n, 0));
    k->t = K(k->lane[0].t);
    m_rates(&k->t, k->x, k->q, k->d, k->w, m->before_rates);
    present(k->x, 0, NULL, N, m->held);
    for (int a = 0; a < atoms; a++) {
        V late[MOST];
        if (m->now[offset + a] == k->lane[0].watch[offset + a] || !lateness(k, a, late)) continue;
        for (int g = 0; m->first && g < groups; g++) m->clash |= any(v_abs(late[g] - m->late[g]) > K(1e-9) * (v_abs(late[g]) + v_abs(m->late[g])));
        for (int g = 0; !m->first && g < groups; g++) m->late[g] = late[g];
        m->first = 1;
    }
    for (int g = 0; g < groups; g++) for (int n = 0; n < N; n++) m->s[g * N + n] += m->before_rates[n] * m->late[g];
}

/* Derivatives of the values of an event, at the moment at which they are worked out. */
static void slopes_rows(Work *k, const Event *event, V *rows) {
    Slopes *m = k->slopes;
    for (int n = 0; n < event->count * m->job->groups; n++) rows[n] = K(0.0);
    present(k->x, 0, NULL, N, m->held);
    apply(k, &m->job->effects, m->held, k->lane[0].t, m->s, m->late, event->first, event->count, rows);
}

static void slopes_assign(Work *k, const Event *event, const V *rows) {
    Slopes *m = k->slopes;
    const int groups = (int)m->job->groups;
    for (int n = 0; n < event->count; n++)
        for (int g = 0; g < groups; g++) m->s[g * N + k->job->effect_targets[event->first + n]] = rows[n * groups + g];
}

static void slopes_after(Work *k) {
    Slopes *m = k->slopes;
    const int groups = (int)m->job->groups;
    mirror(k);
    if (!m->first) return;
    for (int n = 0; n < N; n++) m->before_rates[n] = K(0.0);
    m_rates(&k->t, k->x, k->q, k->d, k->w, m->before_rates);
    for (int g = 0; g < groups; g++) for (int n = 0; n < N; n++) m->s[g * N + n] -= m->before_rates[n] * m->late[g];
}

static void slopes_leave(Work *k) {
    const Slopes *m = k->slopes;
    const SlopeJob *job = m->job;
    for (int n = 0; n < N; n++) for (int c = 0; c < job->columns; c++)
        job->end[(k->lane[0].which * N + ORDER[n]) * job->columns + c] = m->s[c / LANES * N + n][c % LANES];
}

static void slopes_begin(Work *k, int64_t i) {
    Slopes *m = k->slopes;
    const SlopeJob *job = m->job;
    const int groups = (int)job->groups, columns = (int)job->columns;
    m->moved = 0;
    for (int n = 0; n < N; n++) for (int c = 0; c < groups * LANES; c++)
        m->s[c / LANES * N + n][c % LANES] = c < columns ? job->start[(i * N + ORDER[n]) * columns + c] : 0.0;
    for (int64_t j = 0; j < job->n_used; j++) for (int c = 0; c < groups * LANES; c++)
        m->weights[j * groups + c / LANES][c % LANES] = c < columns ? job->weights[(i * job->n_used + j) * columns + c] : 0.0;
    find_pairs(m);
}
#else
#define SLOPE(call)
#endif
