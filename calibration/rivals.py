"""Score named rivals of the model by how well weighed sets agree with the calibration data under each.

Usage: ``python calibration/rivals.py FOLDER``. For a switch the Bayes factor of the alternative over the default is the weighted mean of
the ratio of likelihoods over the heaviest sets; for a continuous rival (phi, a share) it is the odds of the weighed sets over the even
odds of the prior. Both at the power of the likelihood that the draws have (`tabulate.py`). Writes ``calibration/rivals.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from conditions import Condition, read_targets, settle_shortly
from scipy.stats import norm
from tabulate import weighed

HERE = Path(__file__).parent
MOST = 40  # sets that a switch is tried on
SWITCHES = {
    "RPL5 and RPL11 do not act on MDM2": "RPL_arm=0",
    "no feedback on RNA polymerase I": "POL1_feedback=0",
    "BCR-ABL1 can be trapped in the nucleus": "BCR_ABL1_entrapment=1",
    "survivin does not protect": "BIRC5_protects=0",
    "XPO1 mRNA is not induced": "XPO1_mrna_feedback=0",
    "every SINE has bound XPO1 destroyed as CBS9106 does": "KPT185_kdeg=0.115 SELINEXOR_kdeg=0.115",
}
SPLITS = {
    "p53 is destroyed outside rather than inside": ("TP53_phi", "below"),
    "MYC's mRNA leaves mostly with XPO1": ("MYC_XPO1_share", "above"),
    "RPL5 and RPL11 act strongly on MDM2": ("RPL_hold", "above"),
    "p53 rather than FOXO commands PUMA at rest": ("BBC3_TP53_share", "above"),
}


def main(folder: Path) -> None:
    """Score all and write the table."""
    settle_shortly()
    names, sets, weights, power = weighed(folder)
    shares, scores = norm.cdf(sets.scores), sets.log_likelihood
    lines = ["rival\tkind\tbayes_factor\twhat"]
    for what, (name, side) in SPLITS.items():
        column = shares[:, names.index(name)]
        share = weights[column > 0.5 if side == "above" else column < 0.5].sum()
        told = f"{name} {side} the middle of its prior in {100 * share:.0f} % of the weighed sets"
        lines.append(f"{what}\tsplit\t{share / (1 - share):.3g}\t{told}")
    best = np.argsort(-weights)[:MOST]
    for what, setting in SWITCHES.items():
        ratio = np.exp(power * np.minimum(log_likelihood(names, shares[best], setting) - scores[best], 50.0))
        factor = (weights[best] * ratio).sum() / weights[best].sum()
        lines.append(f"{what}\tswitch\t{factor:.3g}\t{setting}, over the {MOST} heaviest sets")
        print(lines[-1], flush=True)
    (HERE / "rivals.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def log_likelihood(names: list[str], shares: np.ndarray, setting: str) -> np.ndarray:
    """Of every set under one more setting of every cell."""
    targets, total = read_targets(), np.zeros(len(shares))
    for key in dict.fromkeys(one.condition for one in targets):
        cell, given, drug, dose = key
        dead, alive = Condition(cell, setting if given == "-" else f"{given} {setting}", drug, dose).run(names, shares)
        for target in targets:
            if target.condition == key:
                total += target.log_likelihood(alive if target.kind == "alive" else dead)
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1]))
