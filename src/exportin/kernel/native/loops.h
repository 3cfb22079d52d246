/* Factorisation and substitution by tables, for patterns too full to be written out. L lies row by row; behind it U from its last
 * row to its first, each row's diagonal behind its other entries. */
HIDDEN void m_factorise(const V *c, const V *a, V *lu, V *growth) { /* a and lu may be the same: a row is read before it is written */
    static _Thread_local V row[N];
    static _Thread_local unsigned char there[NLU];
    V most = K(0.0);
    for (int e = 0; e < NJ; e++) there[PRESENT[e]] = 1; /* the rest is fill, and begins at zero */
    for (int i = 0, first = 0; i < N; i++) {
        const int right = i + 1 < N ? DIAGONAL[i + 1] + 1 : NLU - NU, last = DIAGONAL[i];
        int e = first;
        for (; e < NLU - NU && ROW[e] == i; e++) row[COLUMN[e]] = there[e] ? -a[e] : K(0.0);
        const int left = e;
        for (e = right; e <= last; e++) row[COLUMN[e]] = there[e] ? -a[e] : K(0.0);
        const V size = *c + v_abs(row[i]);
        row[i] += *c;
        for (e = first; e < left; e++) {
            const int k = COLUMN[e];
            const V f = row[k] *= lu[DIAGONAL[k]];
            for (int o = k + 1 < N ? DIAGONAL[k + 1] + 1 : NLU - NU; o < DIAGONAL[k]; o++) row[COLUMN[o]] -= f * lu[o];
        }
        for (e = first; e < left; e++) lu[e] = row[COLUMN[e]];
        for (e = right; e < last; e++) lu[e] = row[COLUMN[e]];
        lu[last] = K(1.0) / row[i];
        most = v_max(most, v_abs(lu[last]) * size);
        first = left;
    }
    *growth = most;
}

HIDDEN void m_solve(const V *lu, V *b) {
    int e = 0;
    for (; e < NLU - NU; e++) b[ROW[e]] -= lu[e] * b[COLUMN[e]];
    for (int i = N - 1; i >= 0; i--, e++) {
        V sum = b[i];
        for (; e < DIAGONAL[i]; e++) sum -= lu[e] * b[COLUMN[e]];
        b[i] = sum * lu[e];
    }
}
