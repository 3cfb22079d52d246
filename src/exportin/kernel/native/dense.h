/* The pivoting path: c - J of one lane as a full matrix, Gauss elimination with partial pivoting. */
static void factorise_dense(Work *k, V c, int lane) {
    double *m = k->dense + (size_t)lane * N * N;
    int32_t *pivots = k->pivots + lane * N;
    memset(m, 0, sizeof(double) * N * N);
    for (int n = 0; n < NJ; n++) m[ROW[PRESENT[n]] * N + COLUMN[PRESENT[n]]] = -AT(k->a, PRESENT[n], lane);
    for (int n = 0; n < N; n++) m[n * N + n] += c[lane];
    k->lane[lane].lost = 0;
    for (int i = 0; i < N; i++) {
        int best = i;
        for (int r = i + 1; r < N; r++) if (fabs(m[r * N + i]) > fabs(m[best * N + i])) best = r;
        pivots[i] = best;
        if (best != i) for (int n = 0; n < N; n++) { const double s = m[i * N + n]; m[i * N + n] = m[best * N + n]; m[best * N + n] = s; }
        if (!(fabs(m[i * N + i]) > 0.0)) { k->lane[lane].lost = 1; return; }
        const double inverse = m[i * N + i] = 1.0 / m[i * N + i];
        for (int r = i + 1; r < N; r++) {
            if (m[r * N + i] == 0.0) continue;
            const double f = m[r * N + i] *= inverse;
            for (int n = i + 1; n < N; n++) m[r * N + n] -= f * m[i * N + n];
        }
    }
}

static void solve_dense(Work *k, V *b, int lane) {
    const double *m = k->dense + (size_t)lane * N * N;
    const int32_t *pivots = k->pivots + lane * N;
    double *v = k->xs;
    for (int n = 0; n < N; n++) v[n] = AT(b, n, lane);
    for (int i = 0; i < N; i++) {
        const double s = v[pivots[i]];
        v[pivots[i]] = v[i];
        v[i] = s;
    }
    for (int i = 0; i < N; i++) for (int n = 0; n < i; n++) v[i] -= m[i * N + n] * v[n];
    for (int i = N - 1; i >= 0; i--) {
        for (int n = i + 1; n < N; n++) v[i] -= m[i * N + n] * v[n];
        v[i] *= m[i * N + i];
    }
    for (int n = 0; n < N; n++) AT(b, n, lane) = v[n];
}
