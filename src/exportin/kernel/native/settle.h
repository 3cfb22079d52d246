/* Newton's method on rates = 0 with conserved totals kept. The Jacobian is singular along the totals: for each of them one
 * equation that follows from the others (that of its largest member) gives way to the total itself. */
typedef struct {
    int64_t totals;
    const double *weights;   /* (total, N), in the caller's order of states */
    const double *begun;     /* (trajectory, N): the state whose totals are kept */
    double *state;           /* (trajectory, N): where to start; the result */
    double *distance;        /* (trajectory): last step relative to size */
    double far;              /* a displacement beyond this share means that the run had not settled */
} Rest;

enum { NEWTON_STEPS = 12 };
static const double CLOSE = 1e-11, ENOUGH = 1e-7, BALANCE = 1e-6, ABSENT = 1e-20;

static void exchange(double *a, double *b, int n) {
    for (int i = 0; i < n; i++) { const double s = a[i]; a[i] = b[i]; b[i] = s; }
}

static int eliminate(double *m, double *b) { /* rows of N; partial pivoting; the matrices are sparse, so zeros are passed over */
    for (int i = 0; i < N; i++) {
        int best = i;
        for (int r = i + 1; r < N; r++) if (fabs(m[r * N + i]) > fabs(m[best * N + i])) best = r;
        if (!(fabs(m[best * N + i]) > 0.0)) return 0;
        if (best != i) exchange(m + i * N, m + best * N, N), exchange(b + i, b + best, 1);
        const double inverse = 1.0 / m[i * N + i];
        for (int r = i + 1; r < N; r++) {
            if (m[r * N + i] == 0.0) continue;
            const double f = m[r * N + i] * inverse;
            for (int n = i; n < N; n++) m[r * N + n] -= f * m[i * N + n];
            b[r] -= f * b[i];
        }
    }
    for (int i = N - 1; i >= 0; i--) {
        for (int n = i + 1; n < N; n++) b[i] -= m[i * N + n] * b[n];
        b[i] /= m[i * N + i];
    }
    return 1;
}

static double sizes(const Work *k, int l, double *size) {
    double top = 0.0;
    for (int n = 0; n < N; n++) top = fmax(top, fabs(AT(k->x, n, l)));
    top = top > 0.0 ? top : 1.0;
    for (int n = 0; n < N; n++) size[n] = fmax(fabs(AT(k->x, n, l)), 1e-9 * top);
    return top;
}

/* Which equation each total replaces: that of its largest member, after the totals before it have been taken out of it. */
static void choose_rows(const Rest *rest, const double *size, double *room, int *rows) {
    for (int64_t e = 0; e < rest->totals; e++) for (int n = 0; n < N; n++) room[e * N + n] = rest->weights[e * N + ORDER[n]] * size[n];
    for (int64_t e = 0; e < rest->totals; e++) {
        double *mine = room + e * N;
        int best = 0;
        for (int n = 1; n < N; n++) if (fabs(mine[n]) > fabs(mine[best])) best = n;
        rows[e] = mine[best] != 0.0 ? best : -1;
        if (rows[e] < 0) continue;
        for (int64_t o = e + 1; o < rest->totals; o++) {
            const double f = room[o * N + best] / mine[best];
            for (int n = 0; n < N; n++) room[o * N + n] -= f * mine[n];
            room[o * N + best] = 0.0;
        }
    }
}

/* One Newton step of a lane: its largest share of a state's size, infinite where it cannot be made; `balanced` tells the rates. */
static double newton(Work *k, const Rest *rest, double *totals, double *room, int l, int *balanced) {
    double *m = k->dense, size[N], b[N];
    int rows[N];
    memset(m, 0, sizeof(double) * N * N);
    sizes(k, l, size);
    for (int n = 0; n < NJ; n++) m[ROW[PRESENT[n]] * N + COLUMN[PRESENT[n]]] = AT(k->a, PRESENT[n], l) * size[COLUMN[PRESENT[n]]];
    *balanced = 1;
    for (int r = 0; r < N; r++) {
        double gross = 0.0;
        for (int n = 0; n < N; n++) gross += fabs(m[r * N + n]);
        b[r] = -AT(k->u, r, l);
        if (!(fabs(b[r]) <= BALANCE * gross)) *balanced = 0;
    }
    choose_rows(rest, size, room, rows);
    for (int64_t e = 0; e < rest->totals; e++) {
        const double *weights = rest->weights + e * N;
        if (rows[e] < 0) return INFINITY;
        b[rows[e]] = totals[e];
        for (int n = 0; n < N; n++) {
            m[rows[e] * N + n] = weights[ORDER[n]] * size[n];
            b[rows[e]] -= weights[ORDER[n]] * AT(k->x, n, l);
        }
    }
    for (int r = 0; r < N; r++) {
        double top = 0.0;
        for (int n = 0; n < N; n++) top = fmax(top, fabs(m[r * N + n]));
        if (!(top > 0.0)) { m[r * N + r] = 1.0; b[r] = 0.0; continue; } /* nothing acts on this state: it stays */
        for (int n = 0; n < N; n++) m[r * N + n] /= top;
        b[r] /= top;
    }
    if (!eliminate(m, b)) return INFINITY;
    double distance = 0.0;
    for (int n = 0; n < N; n++) {
        const double old = AT(k->x, n, l), new = old + b[n] * size[n];
        AT(k->x, n, l) = old >= 0.0 && new < 0.0 ? 0.0 : new;
        distance = fmax(distance, fabs(b[n]));
        if (!(distance < INFINITY)) return INFINITY;
    }
    return distance;
}

static void load(Work *k, const Rest *rest, int64_t i, int l, double *totals) {
    const Job *job = k->job;
    Lane *one = &k->lane[l];
    one->which = i;
    one->t = job->times[job->n_times - 1];
    k->t[l] = one->t;
    memcpy(one->p, job->base, sizeof(double) * job->parameters);
    for (int64_t n = 0; n < job->n_varied; n++) one->p[job->varied[n]] = job->values[i * job->n_varied + n];
    play(&job->prepare, job->times[0], NULL, one->p, k->r, one->scratch);
    for (int n = 0; n < job->prepare.results; n++) one->p[job->computed[n]] = one->scratch[n];
    constants(k, l);
    for (int n = 0; n < N; n++) AT(k->x, n, l) = rest->state[i * N + ORDER[n]];
    if (job->watch.results) look(k, l, one->watch);
    for (int n = 0; n < ND; n++) AT(k->d, n, l) = one->watch[job->n_events + n];
    for (int64_t e = 0; e < rest->totals; e++) {
        totals[e] = 0.0;
        for (int n = 0; n < N; n++) totals[e] += rest->weights[e * N + n] * rest->begun[i * N + n];
    }
}

static void finish(Work *k, const Rest *rest, int l, double distance, int balanced) {
    const int64_t i = k->lane[l].which;
    double top = 0.0, moved = 0.0, size[N];
    sizes(k, l, size);
    for (int n = 0; n < N; n++) top = fmax(top, fabs(AT(k->x, n, l)));
    for (int n = 0; n < N; n++) moved = fmax(moved, fabs(AT(k->x, n, l) - rest->state[i * N + ORDER[n]]) / size[n]);
    rest->distance[i] = distance;
    if (!balanced || !(distance < ENOUGH) || !(moved < rest->far)) { k->job->status[i] = NOT_SETTLED; return; }
    for (int n = 0; n < N; n++) {
        const double x = AT(k->x, n, l);
        rest->state[i * N + ORDER[n]] = fabs(x) < ABSENT * top ? 0.0 : x;
    }
}

static void settle(Work *k, const Rest *rest, double *totals) {
    const Job *job = k->job;
    k->t = K(0.0);
    for (int64_t first; (first = __atomic_fetch_add(job->taken, LANES, __ATOMIC_RELAXED)) < job->count;) {
        double distance[LANES], before[LANES];
        int balanced[LANES], busy[LANES];
        for (int l = 0; l < LANES; l++) {
            const int64_t n = first + l < job->count ? first + l : job->count - 1, i = job->which ? job->which[n] : job->begin + n;
            load(k, rest, i, l, totals + l * rest->totals);
            busy[l] = first + l < job->count && job->status[i] == DONE;
            distance[l] = INFINITY;
        }
        for (int round = 0; round < NEWTON_STEPS && (busy[0] == 1 || busy[1] == 1 || busy[2] == 1 || busy[3] == 1); round++) {
            for (int n = 0; n < N; n++) k->u[n] = K(0.0);
            m_rates(&k->t, k->x, k->q, k->d, k->w, k->u);
            m_jacobian(&k->t, k->x, k->q, k->d, k->w, k->a);
            for (int l = 0; l < LANES; l++) {
                if (busy[l] != 1) continue;
                before[l] = distance[l];
                distance[l] = newton(k, rest, totals + l * rest->totals, totals + LANES * rest->totals, l, &balanced[l]);
                if (distance[l] < CLOSE || (distance[l] < ENOUGH && distance[l] > 0.5 * before[l])) busy[l] = 2;
            }
        }
        for (int l = 0; l < LANES; l++) if (busy[l]) finish(k, rest, l, distance[l], balanced[l]);
        if (job->cancel && *job->cancel) return;
    }
}
