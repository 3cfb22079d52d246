"""The untreated cell beside published figures: the RanGTP gradient and the traffic through one pore, for each published set."""

from __future__ import annotations

from exportin import knowledge
from exportin.experiment.simulate import simulate
from exportin.network.cell import cell
from exportin.network.parameters import concentration_sets

__all__ = ["write_landmarks"]

_SHOWN = ("RANGTP_nc", "pore_traffic", "pore_transit")
_MEANING = {
    "RANGTP_nc": "free RanGTP, nuclear over cytoplasmic",
    "pore_traffic": "trimers leaving through one pore per second",
    "pore_transit": "trimers in transit through one pore",
}


def write_landmarks(name: str = "HeLa") -> list[str]:
    """One line an observable, with the published figures that stand in ``landmarks.tsv``.

    Examples
    --------
    >>> write_landmarks()[0].partition(";")[0]
    'free RanGTP, nuclear over cytoplasmic: 1504 (proteomics), 561.1 (western)'
    """
    runs = {chosen: _at_rest(name, chosen) for chosen in sorted(concentration_sets())}
    lines: list[str] = []
    for observable in _SHOWN:
        ours = ", ".join(f"{values[observable]:.4g} ({chosen})" for chosen, values in runs.items())
        published = [f"{row.value:g} ({row.system})" for row in knowledge.facts("landmarks") if row.observable == observable]
        lines.append(f"{_MEANING[observable]}: {ours}" + (f"; published {', '.join(published)}" if published else ""))
    return lines


def _at_rest(name: str, chosen: str) -> dict[str, float]:
    result = simulate(cell(name, concentrations=chosen), until="1 s", points=2, observe=_SHOWN)
    return {observable: float(result[observable][0]) for observable in _SHOWN}
