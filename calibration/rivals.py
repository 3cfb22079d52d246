"""Score named rivals of the model by how well the calibrated sets go on agreeing with the calibration data under each.

Usage: ``python calibration/rivals.py FOLDER``. For a switch the Bayes factor of the alternative over the default is the mean over the calibrated sets of the
ratio of likelihoods; for a continuous rival (phi, a share) it is the share of calibrated sets over the share of the prior on either side. Writes ``calibration/rivals.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from conditions import Condition, read_targets
from scipy.special import ndtr

HERE = Path(__file__).parent
SWITCHES = {
    "RPL arm on MDM2 off": "RPL_arm=0",
    "no feedback on RNA polymerase I": "POL1_feedback=0",
    "BCR-ABL1 can be trapped in the nucleus": "BCR_ABL1_entrapment=1",
    "survivin does not protect": "BIRC5_protects=0",
    "XPO1 mRNA not induced": "XPO1_mrna_feedback=0",
    "every SINE degrades XPO1 like CBS9106 (bound form lives 2 h)": "t_half_KPT185_bound=2",
    "stroma follows NF-kB": "stroma_follows_NFKB=1",
}
SPLITS = {
    "p53 destroyed outside rather than inside (TP53_phi below a half)": ("TP53_phi", 0.5),
    "MYC's mRNA leaves mostly with XPO1 (MYC_XPO1_share above the middle)": ("MYC_XPO1_share", 0.5),
    "strong RPL arm (RPL_hold above the middle)": ("RPL_hold", 0.5),
}


def main(folder: Path) -> None:
    held = np.load(folder / "draws.npz")
    names, places, scores = list(held["names"]), ndtr(held["places"]), held["scores"]
    lines = ["rival\tkind\tbayes_factor\twhat"]
    for what, (name, middle) in SPLITS.items():
        if name not in names:
            print("no such row:", name)
            continue
        column = places[:, names.index(name)]
        share = np.mean(column > middle if "above" in what else column < middle)
        lines.append(f"{what}\tsplit\t{(share + 0.5 / len(column)) / (1 - share + 0.5 / len(column)):.3g}\t{100 * share:.0f} % of {len(column)} calibrated sets, half of the prior")
    for what, setting in SWITCHES.items():
        try:
            total = sum_likelihood(names, places, setting)
        except Exception as error:  # a rival that cannot be set is told, not hidden
            print(what, error)
            continue
        lines.append(f"{what}\tswitch\t{np.mean(np.exp(np.minimum(total - scores, 20))):.3g}\t{setting}; mean ratio of likelihoods over {len(scores)} calibrated sets")
        print(lines[-1], flush=True)
    (HERE / "rivals.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def sum_likelihood(names: list[str], places: np.ndarray, setting: str) -> np.ndarray:
    """Log likelihood of every set under one more setting of every cell."""
    targets, total = read_targets(), np.zeros(len(places))
    for key in dict.fromkeys(one.condition for one in targets):
        cell, given, drug, dose = key
        condition = Condition(cell, setting if given == "-" else f"{given} {setting}", drug, dose)
        dead, _, alive = condition.run(names, places)
        for target in targets:
            if target.condition == key:
                total += target.log_likelihood(alive if target.kind == "alive" else dead)
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1]))
