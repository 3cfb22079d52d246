/* One step of Rodas5P in all lanes, each with its own time and length. */
static void factorise_dense(Work *k, V c, int lane);
static void solve_dense(Work *k, V *b, int lane);


/* sums_i: argument of the rates of stage i into `stage`, and what is added to them into u_i; unrolled by rodas5p.py. */
static void solve(Work *k, V *b) {
    if (!k->job->pivoting) m_solve(k->lu, b);
    else for (int l = 0; l < LANES; l++) if (k->lane[l].which >= 0) solve_dense(k, b, l);
}

static void stage(Work *k, int i) {
    V *u = k->u + i * N;
    const V t = k->t + k->h * K(RT[i]);
    m_rates(&t, i ? k->stage : k->x, k->q, k->d, k->w, u);
    if (TIMED && RD[i] != 0.0) {
        const V s = k->h * K(RD[i]);
        for (int n = 0; n < N; n++) u[n] += s * k->timed[n];
    }
    solve(k, u);
}

/* New states into y, error norm of each lane into error. */
static void step(Work *k) {
    const V inverse = K(1.0) / k->h, c = inverse * K(1.0 / GAMMA);
    m_jacobian(&k->t, k->x, k->q, k->d, k->w, k->a);
    if (TIMED) m_by_time(&k->t, k->x, k->q, k->d, k->w, k->timed);
    if (k->job->pivoting) {
        for (int l = 0; l < LANES; l++) if (k->lane[l].which >= 0) factorise_dense(k, c, l);
    } else {
        V growth;
        m_factorise(&c, k->a, k->lu, &growth);
        for (int l = 0; l < LANES; l++) k->lane[l].lost = !(growth[l] < 1e12);
    }
    for (int n = 0; n < N; n++) k->u[n] = K(0.0);
    stage(k, 0);
    sums_1(k->x, k->stage, k->u, inverse, N), stage(k, 1);
    sums_2(k->x, k->stage, k->u, inverse, N), stage(k, 2);
    sums_3(k->x, k->stage, k->u, inverse, N), stage(k, 3);
    sums_4(k->x, k->stage, k->u, inverse, N), stage(k, 4);
    sums_5(k->x, k->stage, k->u, inverse, N), stage(k, 5);
    sums_6(k->x, k->stage, k->u, inverse, N), stage(k, 6);
    sums_7(k->x, k->stage, k->u, inverse, N), stage(k, 7);
    V sum = K(0.0), defect = K(0.0), shares[2] = {K(0.0), K(0.0)}, sizes[2] = {K(1.0), K(1.0)};
    const V relative = K(k->job->relative);
    for (int n = 0; n < N; n++) { /* squares of error over size, two at a division */
        const V error = k->u[7 * N + n], y = k->stage[n] + error;
        shares[n & 1] = error, sizes[n & 1] = k->absolute[n] + relative * v_max(v_abs(k->x[n]), v_abs(y));
        defect += y * K(0.0); /* no number where y is infinite, which would make its own error small */
        k->y[n] = y;
        if (n & 1 || n == N - 1) {
            const V a = shares[0] * sizes[1], b = shares[1] * sizes[0], c = K(1.0) / (sizes[0] * sizes[1]);
            sum += (a * a + b * b) * c * c;
            shares[0] = shares[1] = K(0.0), sizes[0] = sizes[1] = K(1.0);
        }
    }
    const V error = v_sqrt(sum * K(1.0 / N));
    k->error = pick((defect == K(0.0)) & (error < K(1e300)), error, K(INFINITY));
}

/* The state of a lane at a share of its last step; `reads` NULL is all. */
static void within(const Work *k, int lane, double s, const int32_t *reads, int count, double *xs) {
    for (int i = 0; i < count; i++) {
        const int n = reads ? reads[i] : i;
        double inner[3];
        for (int m = 0; m < 3; m++) {
            inner[m] = 0.0;
            for (int j = 0; j < 8; j++) inner[m] += RH[m][j] * AT(k->u, j * N + n, lane);
        }
        const double old = AT(k->x, n, lane), new = AT(k->y, n, lane);
        xs[n] = (1.0 - s) * old + s * (new + (1.0 - s) * (inner[0] + s * (inner[1] + s * inner[2])));
    }
}

static void present(const V *x, int lane, const int32_t *reads, int count, double *xs) {
    for (int i = 0; i < count; i++) {
        const int n = reads ? reads[i] : i;
        xs[n] = AT(x, n, lane);
    }
}
