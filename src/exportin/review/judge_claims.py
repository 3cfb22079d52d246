"""Judge the claims: each by its experiment, query or statistic, or say why by none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exportin.errors import BadScenario, ExportinError, UnknownName, squash
from exportin.knowledge import facts
from exportin.network.parameters import switches
from exportin.review.bench import CELLS, DRAWS, Bench, Need, Population, refuse_unobservable
from exportin.review.book import Entry, Ledger, Reading
from exportin.review.control import Control
from exportin.review.experiments import Planned, experiments
from exportin.review.measure import measure, needs_of
from exportin.review.query import answer, queries
from exportin.review.shown import headline, told_expected, told_observed
from exportin.review.statistic import recompute, statistics
from exportin.review.tables import readings, unmodelled
from exportin.review.verdict import INCONCLUSIVE, INCONSISTENT, UNMODELLED, of_parts

if TYPE_CHECKING:
    from exportin.knowledge.schema import ClaimRow

__all__ = ["ledger"]

# Kinds of contradiction inside the review, which leave a claim undecided where no other source decides.
_INSIDE = ("internal", "wording", "statistic", "unit", "count", "citation")


def ledger(
    *claims: str,
    draws: int = DRAWS,
    cells: int = CELLS,
    seed: int = 0,
    control: str = "",
    workers: int | None = None,
    progress: bool = False,
    anew: bool = False,
) -> Ledger:
    """Every claim of the review with its verdict, or some of them.

    Experiments are computed once and kept in the cache folder under a hash of code, numbers and what was asked; the whole
    takes minutes the first time.

    Parameters
    ----------
    *claims : str
        Such as ``"C161"``; all where none is named.
    draws, cells : int
        Of each experiment. Verdicts were accepted at the default numbers.
    seed : int
    control : str
        A negative control: ``inhibition``, ``p53``, ``labels`` or ``contexts`` (`exportin.review.control`).
    workers, progress
        As in `exportin.simulate`.
    anew : bool
        Compute all, whatever is kept.

    Raises
    ------
    UnknownName
        If there is no such claim or control.
    BadScenario, BadTable
        If an experiment, query or table cannot be read; with file and line.

    Examples
    --------
    >>> entry = ledger("C123")["C123"]
    >>> entry.method, entry.verdict
    ('statistic', 'supports')
    """
    rows = {row.id: row for row in facts("claims")}
    asked = list(dict.fromkeys(_known(claim, rows) for claim in claims)) or list(rows)
    _refuse_strays(rows)
    bench = Bench(Population(draws, cells, seed), workers, progress, anew)
    taken = Control(control)  # pyright: ignore[reportArgumentType]
    _compute(bench, asked, taken)
    return Ledger(tuple(_entry(rows[claim], bench, taken) for claim in asked), bench.population, control)


def _known(claim: str, rows: Mapping[str, ClaimRow]) -> str:
    plain_ids = {squash(one): one for one in rows}
    if squash(claim) not in plain_ids:
        raise UnknownName("claim", claim, rows)
    return plain_ids[squash(claim)]


def _refuse_strays(rows: Mapping[str, ClaimRow]) -> None:
    """Refuse a method of a claim that is none, and a second method of one."""
    methods = (("experiment", experiments()), ("query", queries()), ("statistic", statistics()))
    seen: dict[str, str] = {}
    for name, held in methods:
        for claim in held:
            if claim not in rows:
                raise UnknownName(f"claim with {'an' if name[0] == 'e' else 'a'} {name}", claim, rows)
            if claim in seen:
                raise BadScenario(f"{claim} has {seen[claim]} and {name}; give a claim one of experiment, query and statistic.")
            seen[claim] = name


def _compute(bench: Bench, asked: Sequence[str], control: Control) -> None:
    """All wells, those of other readings too."""
    plans = [(experiments()[claim], one) for claim in asked if claim in experiments() for one in [control, *_choices(claim, control)]]
    wanted = [need for planned, one in plans for need in _needs(planned, one)]
    shared = plans and not control.name  # what a control computes is for itself
    every = [(planned, one) for claim, planned in experiments().items() for one in [control, *_choices(claim, control)]] if shared else []
    bench.compute(wanted, (need for planned, one in every for need in _needs(planned, one)))


def _needs(planned: Planned, control: Control) -> Iterator[Need]:
    """Wells of an experiment; what cannot be made of its words is told with file and line."""
    try:
        needs = [need for contrast in planned.contrasts for wells in needs_of(contrast, control) for need in wells]
        if not control.name:
            refuse_unobservable(needs)
    except ExportinError as error:
        raise BadScenario(f"{planned.file}, line {planned.line}: {planned.claim}: {error}") from error
    yield from needs


def _choices(claim: str, control: Control) -> list[Control]:
    """The other choices of the hypotheses under which a claim is shown; no control is shown under them."""
    if control.name:
        return []
    found: list[Control] = []
    for row in readings(claim):
        switch = switches()[row.hypothesis]
        found += [Control(hypotheses=((row.hypothesis, choice),)) for choice, value in switch.choices.items() if value != switch.value]
    return found


def _entry(claim: ClaimRow, bench: Bench, control: Control) -> Entry:
    contradictions = tuple(row for row in facts("contradictions") if claim.id in row.claims.split())
    rows = unmodelled(claim.id)
    shown = {"contradictions": contradictions, "notes": tuple(row.reason for row in rows)}
    if claim.id in experiments():
        return _experiment(claim, experiments()[claim.id], bench, control, shown)
    inside = any(row.kind in _INSIDE for row in contradictions)
    if claim.id in statistics():
        one = recompute(statistics()[claim.id])
        notes = (*shown.pop("notes"), f"computed by {one.by}")
        return Entry(claim, "statistic", one.verdict, one.expected, one.observed, one.interval, notes=notes, **shown)
    if claim.id in queries():
        told = answer(queries()[claim.id], claim.value)
        verdict = INCONSISTENT if inside and told.verdict == INCONCLUSIVE else told.verdict
        return Entry(claim, "query", verdict, told.expected, told.observed, rows=told.rows, **shown)
    verdict = INCONSISTENT if inside else UNMODELLED
    return Entry(claim, "none", verdict, claim.says, "-", **shown)


def _experiment(claim: ClaimRow, planned: Planned, bench: Bench, control: Control, shown: Mapping[str, Any]) -> Entry:
    parts = tuple(measure(contrast, bench, control) for contrast in planned.contrasts)
    other = []
    for choice in _choices(claim.id, control):
        held = tuple(measure(contrast, bench, choice) for contrast in planned.contrasts)
        name, value = choice.hypotheses[0]
        other.append(Reading(name, value, of_parts(held), told_observed(held)))
    return Entry(
        claim, "experiment", of_parts(parts), told_expected(planned), told_observed(parts), headline(parts).effect.interval,
        parts, planned=planned, readings=tuple(other), **shown,
    )  # fmt: skip
