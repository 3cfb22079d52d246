/* What pairs.c writes out, by tables, for patterns too full for that. */
HIDDEN void m_times1(const double *a, const V *z, V *r) {
    for (int e = 0; e < NJ; e++) r[ROW[PRESENT[e]]] += K(a[PRESENT[e]]) * z[COLUMN[PRESENT[e]]];
}

HIDDEN void m_solve1(const double *a, V *b) {
    int e = 0;
    for (; e < NLU - NU; e++) b[ROW[e]] -= K(a[e]) * b[COLUMN[e]];
    for (int i = N - 1; i >= 0; i--, e++) {
        V sum = b[i];
        for (; e < DIAGONAL[i]; e++) sum -= K(a[e]) * b[COLUMN[e]];
        b[i] = sum * K(a[e]);
    }
}

#define SEVERAL(n)                                                                                                                  \
    HIDDEN void m_times##n(const double *a, const V *z, V *r) { for (int g = 0; g < n; g++) m_times1(a, z + g * N, r + g * N); }    \
    HIDDEN void m_solve##n(const double *a, V *b) { for (int g = 0; g < n; g++) m_solve1(a, b + g * N); }
SEVERAL(2) SEVERAL(5)
