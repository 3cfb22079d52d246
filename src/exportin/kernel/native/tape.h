/* Tapes: small programs on one lane, for what may change without compiling anew (initial values, observables, events). */
typedef struct {
    const int32_t *code;    /* operations, four numbers each */
    const double *numbers;
    const int32_t *outputs; /* registers of the results */
    const int32_t *reads;   /* places of the states that are read */
    int32_t operations, results, states, unused;
} Tape;

static double factorial(double a) { return tgamma(a + 1.0); }

static void play(const Tape *tape, double t, const double *x, const double *p, double *r, double *results) {
    for (int k = 0; k < tape->operations; k++) {
        const int32_t *o = tape->code + 4 * k;
        const double a = o[0] > OP_T ? r[o[1]] : 0.0, b = o[0] > OP_T ? r[o[2]] : 0.0;
        switch (o[0]) {
        case OP_NUM: r[k] = tape->numbers[o[1]]; break;
        case OP_X: r[k] = x[o[1]]; break;
        case OP_P: r[k] = p[o[1]]; break;
        case OP_T: r[k] = t; break;
        case OP_ADD: r[k] = a + b; break;
        case OP_MUL: r[k] = a * b; break;
        case OP_DIV: r[k] = a / b; break;
        case OP_POW: r[k] = b == 2.0 ? a * a : pow(a, b); break;
        case OP_IF: r[k] = a != 0.0 ? b : r[o[3]]; break;
        case OP_EXP: r[k] = exp(a); break;
        case OP_LN: r[k] = log(a); break;
        case OP_SQRT: r[k] = sqrt(a); break;
        case OP_SIN: r[k] = sin(a); break;
        case OP_COS: r[k] = cos(a); break;
        case OP_TAN: r[k] = tan(a); break;
        case OP_SINH: r[k] = sinh(a); break;
        case OP_COSH: r[k] = cosh(a); break;
        case OP_TANH: r[k] = tanh(a); break;
        case OP_ASIN: r[k] = asin(a); break;
        case OP_ACOS: r[k] = acos(a); break;
        case OP_ATAN: r[k] = atan(a); break;
        case OP_ASINH: r[k] = asinh(a); break;
        case OP_ACOSH: r[k] = acosh(a); break;
        case OP_ATANH: r[k] = atanh(a); break;
        case OP_FLOOR: r[k] = floor(a); break;
        case OP_CEIL: r[k] = ceil(a); break;
        case OP_FACTORIAL: r[k] = factorial(a); break;
        case OP_LT: r[k] = a < b; break;
        case OP_LE: r[k] = a <= b; break;
        case OP_EQ: r[k] = a == b; break;
        case OP_AND: r[k] = a != 0.0 && b != 0.0; break;
        case OP_OR: r[k] = a != 0.0 || b != 0.0; break;
        case OP_XOR: r[k] = (a != 0.0) != (b != 0.0); break;
        case OP_NOT: r[k] = a == 0.0; break;
        }
    }
    for (int k = 0; k < tape->results; k++) results[k] = r[tape->outputs[k]];
}
