"""Tables of docs/ledger.md, made from the claims, the accepted verdicts and the words of experiments."""

from __future__ import annotations

from collections import Counter

ROLES = ("calibration", "validation", "fact")


def verdicts() -> str:
    """Accepted verdicts by role, and methods."""
    from exportin.knowledge import facts
    from exportin.review.experiments import experiments
    from exportin.review.query import queries
    from exportin.review.shown import told_share
    from exportin.review.statistic import statistics
    from exportin.review.tables import accepted
    from exportin.review.verdict import SUPPORTS, VERDICTS

    claims, held = facts("claims"), accepted()
    text = "| verdict | " + " | ".join(ROLES) + " |\n|---|" + "---|" * len(ROLES) + "\n"
    counts = {role: Counter(held[row.id] for row in claims if row.role == role) for role in ROLES}
    for verdict in VERDICTS:
        text += f"| {verdict} | " + " | ".join(str(counts[role][verdict]) for role in ROLES) + " |\n"
    judged = Counter(row.role for row in claims if any(row.id in held for held in (experiments(), queries(), statistics())))
    shares = [told_share(counts[role][SUPPORTS], judged[role]) for role in ROLES]
    text += "| **supported of those judged** | " + " | ".join(f"**{one}**" for one in shares) + " |\n"
    modelable = [row for row in claims if row.modelable == "yes"]
    shown = sum(row.id in experiments() for row in modelable)
    methods = f"{len(experiments())} experiments, {len(queries())} queries, {len(statistics())} statistics"
    return f"{text}\n{len(claims)} claims: {methods}. Of the {len(modelable)} that a model could make, {shown} have an experiment.\n"


def words() -> str:
    """Words of a genotype or an exposure, with what they do."""
    from exportin.review.tables import words as rows

    text = "| word | where | does |\n|---|---|---|\n"
    for word, some in rows().items():
        text += f"| `{word}` | {some[0].place} | {'; '.join(f'`{row.what}` {row.value}' for row in some)}: {some[0].reason} |\n"
    return text
