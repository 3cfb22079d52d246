"""The Ran core alone against the published model (Goerlich03, BIOMD0000000192): base case and thirteen perturbations."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.kernel.batch import Tolerance

VN, VC = 12.0, 18.0  # only their ratio matters; the published file has 12 to 18
SECONDS = 3000.0

# Figures of the survey that this project started from, printed there to two to four digits: RanGTP nuclear, cytoplasmic (uM).
PRINTED = {
    "base": ("4.267", "0.00768"),
    "RanGAP 7": ("4.271", "0.00080"),
    "RanGAP 0.07": ("4.234", "0.0528"),
    "RanGAP 0.007": ("3.794", "0.132"),
    "RanGAP 0.0007": ("1.731", "1.141"),
    "RCC1 0.07": ("3.588", "0.00645"),
    "RCC1 0.007": ("1.397", "0.00250"),
    "GTP 50": ("2.116", "0.00379"),
    "GTP 5": ("0.350", "0.00062"),
    "GTP = GDP = 160": ("0.120", "0.00021"),
    "RanBP1 0": ("4.266", "0.00813"),
    "kperm RanGDP 0.012": ("1.411", "0.00252"),
    "kperm RanGTP 0.3": ("1.367", "0.0248"),
    "Ran 10": ("8.628", "0.0157"),
}

# Name: changes of the published file (species or promoted local parameter), changes of our core in the same quantities.
PERTURBATIONS = {
    "base": {},
    "RanGAP 7": {"RanGAP": 7.0},
    "RanGAP 0.07": {"RanGAP": 0.07},
    "RanGAP 0.007": {"RanGAP": 0.007},
    "RanGAP 0.0007": {"RanGAP": 0.0007},
    "RCC1 0.07": {"RCC1": 0.07},
    "RCC1 0.007": {"RCC1": 0.007},
    "GTP 50": {"GTP": 50.0},
    "GTP 5": {"GTP": 5.0},
    "GTP = GDP = 160": {"GTP": 160.0, "GDP": 160.0},
    "RanBP1 0": {"RanBP1": 0.0},
    "kperm RanGDP 0.012": {"Nucleoplasmic_transfer_kpermRanGDP": 0.012},
    "kperm RanGTP 0.3": {"Cytoplasmic_transfer_kpermRanGTP": 0.3},
    "Ran 10": {"RanGDP_cy": 10.0},
}


@pytest.fixture(scope="module")
def published(shared_data):
    """RanGTP (nuclear, cytoplasmic) of the published file after 3000 s, for given changes."""
    import libsbml
    import roadrunner

    document = libsbml.readSBMLFromFile(str(shared_data / "models" / "biomodels" / "BIOMD0000000192.xml"))
    promote = libsbml.ConversionProperties()
    promote.addOption("promoteLocalParameters", True)
    assert document.convert(promote) == libsbml.LIBSBML_OPERATION_SUCCESS
    text = libsbml.writeSBMLToString(document)

    def run(changes: dict[str, float]) -> tuple[float, float]:
        engine = roadrunner.RoadRunner(text)
        for name, value in changes.items():
            engine.setValue(name if "kperm" in name else f"init([{name}])", value)
        engine.reset()
        for name, value in changes.items():
            if "kperm" not in name:
                engine.setValue(f"[{name}]", value)
        engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-12, 1e-22
        engine.timeCourseSelections = ["[RanGTP_nuc]", "[RanGTP_cy]"]
        return tuple(np.array(engine.simulate(0, SECONDS, 2))[-1])

    return run


def our_core(changes: dict[str, float]) -> tuple[float, float]:
    """The same from our process files with the published constants; concentrations are of the compartment, ours of the whole cell."""
    whole = VN + VC
    given = {"RanGAP": 0.7, "RCC1": 0.7, "RanBP1": 2.0, "RanGDP_cy": 5.0, "GTP": 500.0, "GDP": 1.6, **changes}
    cell = xp.cell("HeLa").with_parameters(
        Vn=VN,
        Vc=VC,
        N_NPC=1.0,
        RAN_total=given["RanGDP_cy"] * VC / whole,
        RCC1_total=given["RCC1"] * VN / whole,
        RANGAP1_total=given["RanGAP"] * VC / whole,
        RANBP1_total=given["RanBP1"] * VC / whole,
        GTP=given["GTP"],
        GDP=given["GDP"],
        P_RANGTP=given.get("Cytoplasmic_transfer_kpermRanGTP", 0.03) * VN,
        P_RANGDP=given.get("Nucleoplasmic_transfer_kpermRanGDP", 0.12) * VN,
        kcat_RANGAP1=10.6,
        KM_RANGAP1=0.7,
        kcat_RANGAP1_RANBP1=10.8,
        KM_RANGAP1_RANBP1=0.1,
        kon_RANBP1=0.3,
        KD_RANBP1=0.0004 / 0.3,
    )
    core = xp.model("ran_core", cell=cell)
    solver = xp.kernel.compile(core.to_sbml())
    values = core.numbers.at()
    known = {name: value for name, value in values.items() if name in solver.parameters}
    run = solver.run([0.0, SECONDS], ("RANGTP_n", "RANGTP_c"), known, tolerance=Tolerance(1e-12, 1e-18)).checked()
    return tuple(run.values[0, -1])


@pytest.mark.shared_data
@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_core_equals_the_published_file(name, published):
    assert our_core(PERTURBATIONS[name]) == pytest.approx(published(PERTURBATIONS[name]), rel=1e-6)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_core_gives_the_printed_figures(name):
    for ours, printed in zip(our_core(PERTURBATIONS[name]), PRINTED[name], strict=True):
        last_digit = 10.0 ** -len(printed.partition(".")[2])
        assert ours == pytest.approx(float(printed), abs=0.51 * last_digit)


def test_the_base_has_a_ratio_of_555():
    nuclear, cytoplasmic = our_core({})
    assert nuclear == pytest.approx(4.267, abs=5e-4)
    assert 1000 * cytoplasmic == pytest.approx(7.68, abs=5e-3)
    assert nuclear / cytoplasmic == pytest.approx(555, abs=0.5)
