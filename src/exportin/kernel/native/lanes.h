/* Lanes: four trajectories in one vector, and the mathematics that vectors lack. GNU vector extensions: gcc, clang, zig. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LANES 4
#define NOINLINE __attribute__((noinline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif
#ifdef _WIN32
#define HIDDEN
#define EXPORT __declspec(dllexport)
#else
#define HIDDEN __attribute__((visibility("hidden")))
#define EXPORT __attribute__((visibility("default")))
#endif
typedef double V __attribute__((vector_size(8 * LANES)));
typedef int64_t M __attribute__((vector_size(8 * LANES)));
typedef uint64_t U __attribute__((vector_size(8 * LANES)));

#define K(number) ((V){(number), (number), (number), (number)})
#define KM(number) ((M){(number), (number), (number), (number)})
#define AT(array, k, lane) (((double *)(array))[(k) * LANES + (lane)])

static inline V pick(M mask, V a, V b) { return (V)(((M)a & mask) | ((M)b & ~mask)); }
static inline V v_abs(V a) { return (V)((M)a & KM(INT64_MAX)); }
#ifdef __AVX__ /* one instruction with the meaning of the other form, which compilers do not recognise */
static inline V v_max(V a, V b) { return __builtin_ia32_maxpd256(a, b); }
#else
static inline V v_max(V a, V b) { return pick(a > b, a, b); }
#endif
static inline int any(M mask) { return (mask[0] | mask[1] | mask[2] | mask[3]) != 0; }

/* Truth values are 0 and 1. */
#define SELECT(c, a, b) pick((c) != K(0.0), (a), (b))
static inline V truth(M mask) { return (V)((M)K(1.0) & mask); }
static inline V v_and(V a, V b) { return truth((a != K(0.0)) & (b != K(0.0))); }
static inline V v_or(V a, V b) { return truth((a != K(0.0)) | (b != K(0.0))); }
static inline V v_xor(V a, V b) { return truth((a != K(0.0)) ^ (b != K(0.0))); }

/* Functions that go through the C library, one lane after the other. */
#define BY_LANE(name, function)                                        \
    static inline V v_##name(V a) {                                    \
        V r;                                                           \
        for (int l = 0; l < LANES; l++) r[l] = function(a[l]);         \
        return r;                                                      \
    }
BY_LANE(sqrt, sqrt)
BY_LANE(sin, sin) BY_LANE(cos, cos) BY_LANE(tan, tan)
BY_LANE(sinh, sinh) BY_LANE(cosh, cosh) BY_LANE(tanh, tanh)
BY_LANE(asin, asin) BY_LANE(acos, acos) BY_LANE(atan, atan)
BY_LANE(asinh, asinh) BY_LANE(acosh, acosh) BY_LANE(atanh, atanh)

/* exp: n ln 2 taken off in two parts, Taylor series to r^13 on |r| < 0.35 (in pairs, for speed), 2^n put into the exponent. */
static NOINLINE __attribute__((unused)) V v_exp(V a) {
    const V magic = K(6755399441055744.0); /* 1.5 * 2^52 rounds to a whole number */
    V n = a * K(1.4426950408889634) + magic;
    const M whole = (M)n << 52;
    n -= magic;
    V r = a - n * K(0x1.62e42fefa3800p-1);
    r -= n * K(0x1.ef35793c76730p-45);
    const V r2 = r * r, r4 = r2 * r2;
    const V a2 = (K(1. / 2) + r * K(1. / 6)) + r2 * (K(1. / 24) + r * K(1. / 120));
    const V a6 = (K(1. / 720) + r * K(1. / 5040)) + r2 * (K(1. / 40320) + r * K(1. / 362880));
    const V a10 = (K(1. / 3628800) + r * K(1. / 39916800)) + r2 * (K(1. / 479001600) + r * K(1. / 6227020800.));
    const V s = K(1.0) + (r + r2 * (a2 + r4 * (a6 + r4 * a10)));
    V e = (V)((M)s + whole);
    const M odd = ~((a < K(700.0)) & (a > K(-700.0)));
    if (any(odd)) for (int l = 0; l < LANES; l++) if (odd[l]) e[l] = exp(a[l]);
    return e;
}

/* ln: a = 2^n m with m in [sqrt(1/2), sqrt 2); ln m = 2 atanh(s), s = (m - 1) / (m + 1), as a series in s^2. */
static NOINLINE __attribute__((unused)) V v_log(V a) {
    const U bits = (U)a, low = (U)KM(0x3fe6a09e667f3bcd);
    const U shifted = bits - low + (U)KM((int64_t)1024 << 52);
    const U power = shifted >> 52;
    const V n = (V)(power | (U)KM(0x4330000000000000)) - K(4503599627370496.0 + 1024.0);
    const V m = (V)(bits - ((power - (U)KM(1024)) << 52));
    const V f = m - K(1.0), s = f / (m + K(1.0)), z = s * s, z2 = z * z, z4 = z2 * z2;
    const V a0 = (K(1. / 3) + z * K(1. / 5)) + z2 * (K(1. / 7) + z * K(1. / 9));
    const V a4 = (K(1. / 11) + z * K(1. / 13)) + z2 * (K(1. / 15) + z * K(1. / 17));
    const V a8 = (K(1. / 19) + z * K(1. / 21)) + z2 * K(1. / 23);
    const V sum = a0 + z4 * (a4 + z4 * a8);
    V r = n * K(0x1.62e42fefa3800p-1) + (s * K(2.0) + (n * K(0x1.ef35793c76730p-45) + K(2.0) * s * z * sum));
    const M strange = ~((a >= K(DBL_MIN)) & (a <= K(DBL_MAX)));
    if (any(strange)) for (int l = 0; l < LANES; l++) if (strange[l]) r[l] = log(a[l]);
    return r;
}

static NOINLINE __attribute__((unused)) V v_pow(V a, V b) {
    V r = v_exp(b * v_log(a));
    const M strange = ~((a >= K(DBL_MIN)) & (a <= K(DBL_MAX)));
    if (any(strange)) for (int l = 0; l < LANES; l++) if (strange[l]) r[l] = pow(a[l], b[l]);
    return r;
}

static inline V v_power(V a, int n) { /* n is a constant: the compiler unrolls */
    V r = a;
    switch (n) {
    case 2: return a * a;
    case 3: return a * a * a;
    case 4: r = a * a; return r * r;
    default: for (int k = 1; k < n; k++) r *= a; return r;
    }
}
