"""Score named rivals of the model by how well the calibrated sets go on agreeing with the calibration data under each.

Usage: ``python calibration/rivals.py FOLDER``. For a switch the Bayes factor of the alternative over the default is the mean over the
calibrated sets of the ratio of likelihoods; for a continuous rival (phi, a share) it is the odds of the calibrated sets over the even odds
of the prior. Writes ``calibration/rivals.tsv``.
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
    "every SINE has bound XPO1 destroyed as CBS9106 does": "KPT185_kdeg=0.115 SELINEXOR_kdeg=0.115",
}
SPLITS = {
    "p53 destroyed outside rather than inside (TP53_phi below a half)": ("TP53_phi", 0.5),
    "MYC's mRNA leaves mostly with XPO1 (MYC_XPO1_share above the middle)": ("MYC_XPO1_share", 0.5),
    "strong RPL arm (RPL_hold above the middle)": ("RPL_hold", 0.5),
}


def main(folder: Path) -> None:
    """Score all and write the table."""
    held = np.load(folder / "draws.npz")
    names, places, scores = list(held["names"]), ndtr(held["places"]), held["scores"]
    lines = ["rival\tkind\tbayes_factor\twhat"]
    for what, (name, middle) in SPLITS.items():
        if name not in names:
            print("no such row:", name)
            continue
        column = places[:, names.index(name)]
        share, least = np.mean(column > middle if "above" in what else column < middle), 0.5 / len(column)
        told = f"{100 * share:.0f} % of {len(column)} calibrated sets, half of the prior"
        lines.append(f"{what}\tsplit\t{(share + least) / (1 - share + least):.3g}\t{told}")
    for what, setting in SWITCHES.items():
        factor = np.mean(np.exp(np.minimum(sum_likelihood(names, places, setting) - scores, 20)))
        lines.append(f"{what}\tswitch\t{factor:.3g}\t{setting}; mean ratio of likelihoods over {len(scores)} calibrated sets")
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
