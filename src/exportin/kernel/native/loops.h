/* Factorisation and substitution by tables, for patterns too full to be written out. */
HIDDEN void m_factorise(const V *c, const V *a, V *lu) { /* a and lu may be the same: a row is read before it is written */
    static _Thread_local V row[N];
    for (int i = 0, first = 0, next = 0; i < N; i++) {
        int last = first;
        for (; last < NLU && ROW[last] == i; last++) { /* what is not present in the Jacobian is fill, and begins at zero */
            const int there = next < NJ && PRESENT[next] == last;
            row[COLUMN[last]] = there ? -a[last] : K(0.0);
            next += there;
        }
        row[i] += *c;
        for (int e = first; COLUMN[e] < i; e++) {
            const int k = COLUMN[e];
            const V f = row[k] *= lu[DIAGONAL[k]];
            for (int o = DIAGONAL[k] + 1; o < NLU && ROW[o] == k; o++) row[COLUMN[o]] -= f * lu[o];
        }
        for (int e = first; e < last; e++) lu[e] = COLUMN[e] == i ? K(1.0) / row[i] : row[COLUMN[e]];
        first = last;
    }
}

HIDDEN void m_solve(const V *lu, V *b) {
    int e = 0;
    for (int i = 0; i < N; i++) {
        V sum = b[i];
        for (; COLUMN[e] < i; e++) sum -= lu[e] * b[COLUMN[e]];
        b[i] = sum;
        while (e < NLU && ROW[e] == i) e++;
    }
    e = NLU - 1;
    for (int i = N - 1; i >= 0; i--) {
        V sum = b[i];
        for (; COLUMN[e] > i; e--) sum -= lu[e] * b[COLUMN[e]];
        b[i] = sum * lu[e];
        while (e >= 0 && ROW[e] == i) e--;
    }
}
