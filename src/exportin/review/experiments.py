"""Experiments of the review, read from files that a biologist writes; each file is a part of the review."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exportin.errors import BadScenario, UnknownName
from exportin.knowledge import facts
from exportin.review.comparison import numbers_in
from exportin.review.contrast import Contrast, spread
from exportin.yaml_file import placed, read_text, validated

if TYPE_CHECKING:
    from exportin.review.entry import Block

__all__ = ["Planned", "experiments", "read_experiments", "refuse_own_figures"]

FOLDER = Path(__file__).parent / "experiments"
_CLAIM = re.compile(r"^(C\d{3}):", re.MULTILINE)


@dataclass(frozen=True)
class Planned:
    """The experiment of one claim.

    Attributes
    ----------
    claim : str
    file : str
        Name of the file.
    line : int
        Where it begins there.
    text : str
        As it stands there.
    blocks : tuple of Block
    contrasts : tuple of Contrast
        All must hold.
    """

    claim: str
    file: str
    line: int
    text: str
    blocks: tuple[Block, ...]
    contrasts: tuple[Contrast, ...]


@functools.cache
def experiments() -> Mapping[str, Planned]:
    """Every experiment that ships, by claim.

    Examples
    --------
    >>> experiments()["C161"].contrasts[0].comparison.text
    'above control'
    """
    found: dict[str, Planned] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for claim, planned in read_experiments(path).items():
            if claim in found:
                raise BadScenario(f"{path.name}: {claim} has an experiment in {found[claim].file} already; put them together.")
            refuse_own_figures(planned)
            found[claim] = planned
    return found


def refuse_own_figures(planned: Planned) -> None:
    """Refuse a figure in a comparison that the claim itself does not print.

    Raises
    ------
    BadScenario
    """
    rows = {row.id: row for row in facts("claims")}
    if planned.claim not in rows:
        raise BadScenario(f"{planned.file}, line {planned.line}: {UnknownName('claim', planned.claim, rows)}")
    claim = rows[planned.claim]
    printed = {float(one) for one in numbers_in(f"{claim.says} {claim.value} {claim.condition}")}
    for contrast in planned.contrasts:
        for figure in numbers_in(contrast.comparison.text):
            if float(figure) not in printed:
                raise BadScenario(
                    f"{planned.file}, line {planned.line}: {planned.claim}: the comparison {contrast.comparison.text!r} has the figure "
                    f"{figure}, which the claim does not print; compare with what the claim says, or with a control."
                )


def read_experiments(path: Path) -> dict[str, Planned]:
    """Read one file.

    Raises
    ------
    BadScenario
        With the line of what is wrong.
    """
    from pydantic import RootModel

    from exportin.review.entry import Block

    text = read_text(path, "file of experiments")
    tree, given = validated(text, path.name, RootModel[dict[str, list[Block]]], "experiment")
    texts = _texts(text)
    found: dict[str, Planned] = {}
    for claim, blocks in given.root.items():
        line = tree.lc.key(claim)[0] + 1
        if claim not in texts:
            raise BadScenario(f"{path.name}, line {line}: {claim!r} is not the number of a claim; write for example 'C161:'.")
        contrasts = [
            one for place, block in enumerate(blocks)
            for one in placed(lambda block=block: spread(block), tree, path.name, (claim, place))
        ]  # fmt: skip
        if not contrasts:
            raise BadScenario(f"{path.name}, line {line}: {claim} has no experiment; give at least one.")
        found[claim] = Planned(claim, path.name, line, texts[claim], tuple(blocks), tuple(contrasts))
    return found


def _texts(text: str) -> dict[str, str]:
    """What stands under each claim."""
    starts = [*_CLAIM.finditer(text)]
    ends = [one.start() for one in starts[1:]] + [len(text)]
    return {one[1]: text[one.start() : end].rstrip() for one, end in zip(starts, ends, strict=False)}
