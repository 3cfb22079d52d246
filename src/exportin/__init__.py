"""exportin: the XPO1 (CRM1) nuclear-export system, from an exposure to occupied exporters to relocated cargoes.

A short tour; nothing but the names listed here is public, and each is loaded when it is first used::

    import exportin as xp

    xp.cells()                                         # the cell contexts that ship
    cell = xp.cell("OCI-AML3").knockdown("TP53", 0.9)  # immutable; every change gives a new cell
    dish = xp.exposure("KPT-185", "100 nM", start="0 h", stop="24 h")
    oral = xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 28 d")

    result = xp.simulate(cell, dish, until="72 h", observe=["XPO1_occupancy", "TP53_nc"], draws=20)
    result["TP53_nc"]                                  # labelled array; result.time is in hours
    result.summary()
    result.save("out/kpt-185")                         # and xp.load("out/kpt-185") reads it back

    xp.dose_response(cell, "KPT-185", draws=20)        # curves over dose, predicted; or of a table of wells
    xp.combine(cell, "KPT-185", "Nutlin-3a", draws=20)  # two drugs, predicted and scored
    xp.synergy("plate.csv", response="viability")      # the same scores of a measured table

    xp.trial("examples/trials/storm.yaml")             # virtual patients: response, progression, survival, adverse events
    xp.survival("trial.csv", arm="arm")                # Kaplan-Meier, log-rank, Cox

    xp.scan_nes("TP53")                                # export signals of a sequence, FASTA or symbol: pattern, pockets, probability
    xp.mutate_nes("PKIA", mutations="L42A+L45A")       # what substitutions do, and the fewest alanines that silence a signal
    xp.predict_cargo("proteome.fasta")                 # whether a protein binds XPO1 at all, beside length and disorder

    xp.evidence("TP53")                                # the facts used, each with its source
    xp.ledger("C161")                                  # a claim of the review as an experiment, with its verdict; all by default
    xp.model("cell").to_sbml()                         # the network itself
    xp.kernel.compile(sbml)                            # the solver, for any supported SBML model

Research use only; nothing here advises treatment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "ExportinError",
    "Result",
    "__version__",
    "cell",
    "cells",
    "combine",
    "compound",
    "dose_response",
    "evidence",
    "exposure",
    "facts",
    "kernel",
    "ledger",
    "load",
    "model",
    "mutate_nes",
    "predict_cargo",
    "regimen",
    "scan_nes",
    "simulate",
    "survival",
    "synergy",
    "trial",
]

if TYPE_CHECKING:
    from exportin import kernel
    from exportin.analysis.combination.predicted import combine
    from exportin.analysis.combination.synergy import synergy
    from exportin.analysis.response.dose_response import dose_response
    from exportin.cohort.survival.estimate import survival
    from exportin.cohort.trial.run import trial
    from exportin.errors import ExportinError
    from exportin.experiment.simulate import simulate
    from exportin.knowledge import evidence, facts
    from exportin.nes.cargo import predict_cargo
    from exportin.nes.mutants import mutate_nes
    from exportin.nes.scan import scan_nes
    from exportin.network.cell import cell, cells
    from exportin.network.model import model
    from exportin.pharmacology.compound import compound
    from exportin.pharmacology.exposure import exposure, regimen
    from exportin.result import Result, load
    from exportin.review.judge_claims import ledger
else:  # hidden from type checkers, so that they still see a misspelt name
    _HOME = {
        "ExportinError": "errors",
        "Result": "result",
        "cell": "network.cell",
        "cells": "network.cell",
        "combine": "analysis.combination.predicted",
        "compound": "pharmacology.compound",
        "dose_response": "analysis.response.dose_response",
        "evidence": "knowledge",
        "exposure": "pharmacology.exposure",
        "facts": "knowledge",
        "ledger": "review.judge_claims",
        "load": "result",
        "model": "network.model",
        "mutate_nes": "nes.mutants",
        "predict_cargo": "nes.cargo",
        "regimen": "pharmacology.exposure",
        "scan_nes": "nes.scan",
        "simulate": "experiment.simulate",
        "survival": "cohort.survival.estimate",
        "synergy": "analysis.combination.synergy",
        "trial": "cohort.trial.run",
    }

    def __getattr__(name):
        """Import a public name from its room at first use (PEP 562)."""
        import importlib
        import sys

        if name == "kernel":
            return importlib.import_module("exportin.kernel")
        if name not in _HOME:
            raise AttributeError(f"module 'exportin' has no attribute {name!r}", name=name, obj=sys.modules[__name__])
        found = getattr(importlib.import_module(f"exportin.{_HOME[name]}"), name)
        globals()[name] = found
        return found

    def __dir__():
        return sorted(__all__)
