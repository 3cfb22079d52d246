"""Tables of docs/nes.md, made from the results of the training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "training" / "results"
SHOWN = ("candidate AUC", "precision at recall .50", "precision at recall .68", "most recall", "first is right")
GOALS = {"candidate AUC": "0.78, 0.82", "precision at recall .68": "0.20, 0.25", "first is right": "0.38, 0.45"}

COMPARED = {
    "recorded": "alanine at a recorded position, against any substitution in the core: **the headline**",
    "recorded to alanine, against alanine elsewhere": "alanine at a recorded position, against alanine at the others",
    "recorded, pattern left": "the headline, among substitutions that leave a pattern",
    "anchor to alanine, pattern left": "alanine in a pocket, against any substitution, where a pattern is left",
}


def _read(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _range(values: list[float], signed: bool = False) -> str:
    mark = "+" if signed else ""
    return f"{values[0]:{mark}.3f} ({values[1]:{mark}.3f} to {values[2]:{mark}.3f})"


def measures() -> str:
    """The headline, with what was to be reached."""
    told = _read("signals")
    text = "| measure | figure (95 %) | floor, aim |\n|---|---|---|\n"
    for name, values in told["measures"].items():
        text += f"| {name} | {_range(values)} | {GOALS.get(name, '')} |\n"
    for name, one in told["calibration"].items():
        text += f"| calibration error, {name} | {one['error']:.3f} | 0.05 |\n"
        text += f"| the same of calls above the cut-off, {name} | {one['error of calls above the cut-off']:.3f} | |\n"
    lost = told["unreachable"]
    counts = f"{told['proteins']} proteins in {told['clusters']} clusters, {told['signals']} signals, {told['candidates']} candidates"
    share = f"{lost['signals that fit no pattern']} signals ({100 * lost['share']:.0f} %)"
    return f"{text}\n{counts}. **{share} fit no pattern** and cannot be found.\n"


def subsets() -> str:
    """The same scores on parts of the data."""
    told = _read("signals")
    text = "| part | signals | " + " | ".join(SHOWN) + " |\n|---|---|" + "---|" * len(SHOWN) + "\n"
    for name, one in told["subsets"].items():
        text += f"| {name} | {told['signals of the subsets'][name]} | " + " | ".join(_range(one[key]) for key in SHOWN) + " |\n"
    return text


def peers() -> str:
    """Each peer at its own recall, and ours there."""
    told = _read("signals")
    heads = ["peer", "recall", "its precision", "ours there", "gain (95 %)", "its AUC", "gain of AUC (95 %)", "first is right"]
    text = f"| {' | '.join(heads)} | calls a 1000 residues |\n|---|---|---|---|---|---|---|---|---|\n"
    for name, one in told["peers against"].items():
        own = told["peers"][name]
        text += f"| {name} | {one['recall']:.3f} | {one['their precision']:.3f} | {one['our precision']:.3f} | "
        text += f"{_range(one['gain'], True)} | "
        text += f"{own['candidate AUC'][0]:.3f} | {_range(one['gain of candidate AUC'], True)} | {own['first is right'][0]:.3f} | "
        text += f"{one['their calls per 1000 residues']:.1f} |\n"
    ours = told["measures"]
    text += f"| **exportin** | | | | | {ours['candidate AUC'][0]:.3f} | | {ours['first is right'][0]:.3f} | |\n"
    gains = "; ".join(f"{name} {_range(one['gain'], True)}" for name, one in told["peers against, spans as they stand"].items())
    return f"{text}\nThe gain of precision where only spans of NESdb as they stand are signals: {gains}.\n"


def mutations() -> str:
    """Recorded mutations beside others."""
    told = _read("signals")["mutations"]
    text = "| comparison, in signals that the score had not seen | signals | chance (95 %) |\n|---|---|---|\n"
    rows = ((COMPARED.get(name, name), one) for name, one in told.items() if isinstance(one, dict))
    text += "".join(f"| {name} | {one['signals']} | {_range(one['chance'])} |\n" for name, one in rows)
    seen = told["signals with recorded positions"], told["of these without a pattern"]
    return f"{text}\nOf {seen[0]} signals with recorded positions {seen[1]} fit no pattern and are left out.\n"


def well_known() -> str:
    """Rank of the well-known signals."""
    told = _read("signals")
    text = "| signal | rank, held out | rank, weights that ship |\n|---|---|---|\n"
    for name, held in told["well known, held out"].items():
        ranks = (held, told["well known, weights that ship"][name])
        shown = [f"{rank}{'' if rank <= 2 else ' (missed)'}" if rank else "missed" for rank in ranks]
        text += f"| {name} | {shown[0]} | {shown[1]} |\n"
    return text


def doubtful() -> str:
    """Doubted spans beside signals."""
    told = _read("signals")["doubtful"]
    text = "| doubted spans | spans | chance that a signal scores above one (95 %) |\n|---|---|---|\n"
    return text + "".join(f"| {name} | {one['doubtful spans']} | {_range(one['AUC'])} |\n" for name, one in told.items())


def cargoes() -> str:
    """Whole proteins."""
    told = _read("cargoes")
    text = "| question | features | AUC (95 %) | gain over length and disorder (95 %) |\n|---|---|---|---|\n"
    for question, parts in told["measures"].items():
        for name, one in parts.items():
            gain = "" if name == "length and disorder" else _range(one["gain"], True)
            text += f"| {question} | {name} | {_range(one['AUC'])} | {gain} |\n"
    called, base = told["called at one half"], told["called at one half by length and disorder"]
    shares = "; ".join(f"{name} {100 * share:.0f} % ({100 * base[name]:.0f} %)" for name, share in called.items())
    proteins = ", ".join(f"{count} {name}" for name, count in told["proteins"].items())
    text += f"\n{proteins}. Called at one half, by length and disorder alone in brackets: {shares}. "
    return text + f"Calibration error {told['calibration error']:.3f}.\n"


TABLES = {
    "signal_measures": measures, "signal_subsets": subsets, "signal_peers": peers, "signal_mutations": mutations,
    "signal_known": well_known, "signal_doubtful": doubtful, "signal_cargoes": cargoes,
}  # fmt: skip
