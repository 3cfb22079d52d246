"""Score named rivals of the model by how well the draws agree with the calibration data under each.

Usage: ``python calibration/rivals.py FOLDER``. For a switch the Bayes factor of the alternative over the default is the mean ratio of the
likelihoods over draws from the posterior; for a continuous rival (phi, a share) it is the odds of the draws over the even odds of the
prior. Writes ``calibration/rivals.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from gradients import read_directions
from likelihood import Likelihood

HERE = Path(__file__).parent
MOST = 36  # draws that a switch is tried on
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
    names, _part, _basis = read_directions()
    draws = np.load(folder / "draws.npz")
    lines = ["rival\tkind\tbayes_factor\twhat"]
    for what, (name, side) in SPLITS.items():
        column = draws["scores"][:, names.index(name)]
        share = float((column > 0 if side == "above" else column < 0).mean())
        told = f"{name} {side} the middle of its prior in {100 * share:.0f} % of the draws"
        lines.append(f"{what}\tsplit\t{share / (1 - share):.3g}\t{told}")
    scores, held = draws["scores"][:MOST], draws["log_likelihood"][:MOST]  # their order says nothing
    for what, setting in SWITCHES.items():
        factor = np.exp(Likelihood(setting)(scores)[0] - held).mean()
        lines.append(f"{what}\tswitch\t{factor:.3g}\t{setting}, over {len(held)} draws")
        print(lines[-1], flush=True)
    (HERE / "rivals.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
