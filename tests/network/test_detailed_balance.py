"""Without GTP hydrolysis and nucleotide exchange nothing can drive a cycle: the reversible reactions obey Wegscheider's conditions."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.simulate import prepare
from exportin.network.moiety import stoichiometry
from exportin.network.sbml import read_sbml

DRIVEN = ("Hydrolyse", "Decay", "Translate", "Import", "Enter", "ReleaseGDP", "BindGTP")


def forward_over_backward(change):
    """Logarithm of forward over backward rate constant of every reversible reaction, and its stoichiometry.

    With all concentrations one, a reversible law `k+ * reactants - k- * products` is k+ minus k-. The two are told apart by
    doubling every product: law(1) = k+ - k- and law(products 2) = k+ - 2^m k-, m the number of products.
    """
    experiment = prepare(change(xp.cell("HeLa")), [xp.exposure("PKF050-638", "1 uM"), xp.exposure("KPT-185", "1 uM")])
    document = read_sbml(experiment.model.to_engine_sbml())
    matrix, _, reactions = stoichiometry(document)
    solver, values = experiment.solver, experiment.values_at(None, None, None)
    volumes, ones = experiment.volumes(values), np.ones(len(experiment.solver.states))

    def reaction_rates(concentrations):
        run = solver.run([0.0], reactions, experiment.known(values), start=concentrations * volumes).checked()
        return dict(zip(reactions, run.values[0, 0], strict=True))

    balanced = reaction_rates(ones)
    logs, columns = [], []
    for column, name in enumerate(reactions):
        reaction = document.getModel().getReaction(name)
        if not reaction.getReversible() or any(verb in name for verb in DRIVEN):
            continue
        doubled = ones.copy()
        products = [one.getSpecies() for one in reaction.getListOfProducts()]
        doubled[[solver.states.index(one) for one in products]] = 2.0
        shifted = reaction_rates(doubled)[name]
        backward = (balanced[name] - shifted) / (2.0 ** len(products) - 1)
        logs.append(np.log((balanced[name] + backward) / backward))
        columns.append(matrix[:, column])
    return np.array(logs), np.array(columns)


def imbalance(change=lambda cell: cell):
    """Largest sum of log equilibrium constants around any cycle of reversible reactions."""
    logs, columns = forward_over_backward(change)
    potentials, *_ = np.linalg.lstsq(columns, logs, rcond=None)
    assert np.linalg.matrix_rank(columns) < len(logs), "there are cycles to check"
    return float(np.max(np.abs(columns @ potentials - logs)))


def test_no_cycle_of_reversible_reactions_is_driven():
    assert imbalance() < 1e-8


@pytest.mark.parametrize("alpha", [1.0, 3.3, 1000.0])
def test_the_box_closes_for_any_cooperativity(alpha):
    assert imbalance(lambda cell: cell.with_parameters(alpha=alpha)) < 1e-8
