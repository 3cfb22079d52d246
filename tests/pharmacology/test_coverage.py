"""Every inhibitor has every constant that its mechanism needs, measured with a source or assumed with a wide range."""

from __future__ import annotations

import exportin as xp
from exportin.network.parameters import defaults
from exportin.pharmacology import body

GENERAL = {"kon": "kon", "P_entry": "P_entry", "fu": "fu_medium", "accumulation": "accumulation"}
BINDING = {
    "irreversible_michael": ("KI", "kinact", "krev"),
    "slowly_reversible_covalent": ("KD", "kinact", "krev"),
    "degrader": ("KD", "kinact", "krev"),
    "reversible": ("KI",),
}
ORAL = {"SELINEXOR", "VERDINEXOR", "KPT276", "KPT251", "ELTANEXOR"}


def described(row):
    """Column to the row of a table that gives it, for one compound."""
    rows = defaults()
    found = {}
    for name in (*BINDING[row.mechanism], "kdeg", "induction", *GENERAL):
        own = f"{row.symbol}_{name}"
        found["KI or KD" if name in ("KI", "KD") else name] = rows[own] if own in rows else rows[GENERAL[name]]
    if row.symbol in ORAL:
        found["fu_plasma"] = rows[f"{row.symbol}_fu_plasma"]
    return found


def test_no_constant_is_missing():
    columns = ("kon", "KI or KD", "kinact", "krev", "kdeg", "induction", "P_entry", "fu", "fu_plasma", "PK")
    print("\n" + " ".join(f"{name:14}" for name in ("compound", *columns)))
    for row in xp.facts("compounds"):
        found = described(row)
        cells = [f"{found[name].value:g} {found[name].grade[:8]}" if name in found else "-" for name in columns[:-1]]
        told = "-"
        if row.symbol in ORAL:
            told = xp.regimen(row.name, "60 mg PO once").basis.partition(":")[0]
        print(" ".join(f"{text:14}" for text in (row.name[:14], *cells, told)))
        assert set(columns[:2]) <= set(found)
        assert all(one.distribution.kind != "fixed" or one.value == 0 for one in found.values() if one.grade == "assumed")
    assert len(xp.facts("compounds")) == 15


def test_a_zero_is_a_statement():
    """Fixed zeros are the classes': an adduct that stays, no degradation, no induction; each says why."""
    zeros = [
        row for row in defaults().values() if row.value == 0 and row.id.partition("_")[0] in {one.symbol for one in xp.facts("compounds")}
    ]
    assert zeros
    assert {row.id.partition("_")[2] for row in zeros} <= {"krev", "kdeg", "induction"}
    assert all(len(row.reason) >= 20 for row in zeros)


def test_the_negative_control_has_the_warhead_and_no_affinity():
    control, active = xp.compound("PKF050-638 E isomer"), xp.compound("PKF050-638")
    assert control.mechanism == active.mechanism
    assert defaults()["PKF050638E_KI"].distribution.low > 100 * defaults()["PKF050638_KI"].distribution.high


def test_pharmacokinetics_are_told_for_every_oral_compound_and_no_other():
    able = set()
    for row in xp.facts("compounds"):
        try:
            body.refuse_without(xp.compound(row.name))
            able.add(row.symbol)
        except xp.ExportinError:
            continue
    assert able == ORAL
