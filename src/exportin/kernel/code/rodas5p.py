"""Rodas5P: a stiffly accurate Rosenbrock method of order 5 with eight stages, an embedded one of order 4 and dense output.

Steinebach 2023, BIT Numerical Mathematics 63:27, doi:10.1007/s10543-023-00967-x. In the form that needs no product with the Jacobian:
``(1/(h gamma) - J) u_i = f(t + c_i h, y + sum a_ij u_j) + sum C_ij u_j / h + h d_i df/dt``, and ``y + sum a_8j u_j + u_8`` is the
new state, ``u_8`` the error. Within a step, at its share s:
``y(s) = (1 - s) y_0 + s (y_1 + (1 - s) (k_1 + s (k_2 + s k_3)))`` with ``k_m = sum H_mj u_j``.
The order conditions are checked in the tests.
"""

from __future__ import annotations

__all__ = ["GAMMA", "A", "C", "H", "c", "d", "header"]

GAMMA = 0.21193756319429014
A = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946),
    (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1.0),
    (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1.0, 1.0),
)
C = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662),
    (37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968,
     -9.48861652309627),
)  # fmt: skip
c = (0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0)
d = (0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0.0, 0.0, 0.0)
H = (
    (25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073, 1.1241088310450404,
     0.4272876194431874, -0.17202221070155493),
    (-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044, 15.98066361424651,
     -6.789040303419874, -6.710236069923372),
    (11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654, -59.78993625266729,
     -0.15582684282751913, 4.883087185713722),
)  # fmt: skip


def header() -> str:
    """The coefficients as C tables."""

    def rows(table: tuple[tuple[float, ...], ...]) -> str:
        return ", ".join("{" + ", ".join(map(repr, (*row, *(0.0,) * (8 - len(row))))) + "}" for row in table)

    def row(numbers: tuple[float, ...]) -> str:
        return ", ".join(map(repr, numbers))

    return (
        f"static const double GAMMA = {GAMMA!r};\n"
        f"static const double RH[3][8] = {{{rows(H)}}};\n"
        + "".join(_sums(stage) for stage in range(1, 8))
        + f"static const double RT[8] = {{{row(c)}}};\nstatic const double RD[8] = {{{row(d)}}};\n"
    )


def _sums(stage: int) -> str:
    """C functions of a stage's two sums, over the states.

    Stages 6 and 7 add the last increment to the argument of the stage before; what earlier increments give to their second sums is
    taken at stage 5, where these are read anyway. ``forced_<stage>`` adds a further vector to the second sum.
    """
    forced = _sum_function("forced", stage, ", const V *restrict force, V factor", " + factor * force[n + {k}]")
    return _sum_function("sums", stage, "", "") + (forced if d[stage] != 0.0 else "")


def _second_sums(stage: int) -> dict[int, range]:
    """Which second sums are worked on at a stage, and over which increments."""
    if stage < 5:
        return {stage: range(stage)}
    return {5: {5: range(5), 6: range(5), 7: range(5)}, 6: {6: range(5, 6)}, 7: {7: range(5, 7)}}[stage]


def _sum_function(name: str, stage: int, parameters: str, more: str) -> str:
    """Several places at a time, so that a coefficient is loaded once for all of them; then what is left over, one by one.

    Four, but two where three second sums are worked on: the registers then hold an increment besides what it is added to.
    """
    sums = _second_sums(stage)
    count = 4 if len(sums) == 1 else 2
    scaled = "".join(f"    const V c{i}_{j} = K({C[i][j]!r}) * inverse;\n" for i, some in sums.items() for j in some)
    return (
        f"static NOINLINE __attribute__((unused)) void {name}_{stage}(\n"
        f"    const V *restrict x, V *restrict stage, V *restrict u, V inverse, int size{parameters}) {{\n"
        f"{scaled}    int n = 0;\n"
        f"    for (; n + {count - 1} < size; n += {count}) {{\n{_sum_places(stage, count, more)}    }}\n"
        f"    for (; n < size; n++) {{\n{_sum_places(stage, 1, more)}    }}\n    (void)x;\n}}\n"
    )


def _sum_places(stage: int, count: int, more: str) -> str:
    places, sums, known = range(count), _second_sums(stage), stage > 5
    lines = [f"V a{k} = {'stage' if known else 'x'}[n + {k}];" for k in places]
    lines += [f"V b{i}_{k} = {f'u[{i} * size + n + {k}]' if known else 'K(0.0)'};" for i in sums for k in places]
    for j in sorted({j for some in sums.values() for j in some}):
        lines += [f"const V u{j}_{k} = u[{j} * size + n + {k}];" for k in places]
        if not known:
            lines += [f"a{k} += K({A[stage][j]!r}) * u{j}_{k};" for k in places]
        elif j == stage - 1:
            lines += [f"a{k} += u{j}_{k};" for k in places]
        lines += [f"b{i}_{k} += c{i}_{j} * u{j}_{k};" for i, some in sums.items() if j in some for k in places]
    lines += [f"stage[n + {k}] = a{k};" for k in places]
    lines += [f"u[{i} * size + n + {k}] = b{i}_{k}{more.format(k=k)};" for i in sums for k in places]
    return "".join(f"        {line}\n" for line in lines)
