"""The words of a blueprint: drug slots, structures, instances of processes, rules. No numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exportin.errors import BadNetwork
from exportin.network.process import load_process

__all__ = ["Blueprint", "DrugSlot", "Instance", "Rule", "Structure"]


@dataclass(frozen=True)
class DrugSlot:
    """A drug's place in the model.

    Attributes
    ----------
    symbol, mechanism : str
        What it is and how it acts on XPO1.
    route : str
        How it gets to the cell: ``dish`` or ``oral``.
    offtarget : bool
        Whether it also harms the cell without XPO1: it has a row ``<SYMBOL>_offtarget_EC50``.
    """

    symbol: str
    mechanism: str
    route: str = "dish"
    offtarget: bool = False


@dataclass(frozen=True)
class Structure:
    """Everything that decides which reactions a model has. Numbers are elsewhere; equal structures share one model."""

    alleles: tuple[str, ...] = ("XPO1",)
    cargoes: tuple[str, ...] = ()
    drugs: tuple[DrugSlot, ...] = ()
    leaky: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    unexported: tuple[str, ...] = ()  # cargoes that have no export signal, and so no ride


@dataclass(frozen=True)
class Instance:
    """One use of a module: what stands for each of its formals."""

    name: str
    process: str
    actual: Mapping[str, str]

    @property
    def line(self) -> str:
        """The Antimony call, in the order of the module's formals."""
        formals = load_process(self.process).formals or ()
        _refuse_swaps(self)
        missing = [formal for formal in formals if formal not in self.actual]
        surplus = [name for name in self.actual if name not in formals]
        if missing or surplus:
            raise BadNetwork(f"instance {self.name!r} of {self.process!r}: missing arguments {missing}, unknown arguments {surplus}.")
        return f"{self.name}: {self.process}({', '.join(self.actual[formal] for formal in formals)});"


@dataclass(frozen=True)
class Rule:
    """A variable that the model computes from others at every moment."""

    name: str
    expression: str
    unit: str


@dataclass(frozen=True)
class Blueprint:
    """A model without numbers.

    Attributes
    ----------
    name : str
        Id of the SBML model.
    fragments : tuple of str
        Process files whose names are the model's own.
    instances : tuple of Instance
        Uses of modules.
    shared : mapping of str to str
        Species that several processes share, with their compartment.
    parts : mapping of str to tuple of str
        What each shared species is made of, where no process says it.
    rules : tuple of Rule
        Computed variables.
    forms : mapping of str to str or None
        XPO1 forms (alleles, and alleles carrying a drug) to the drug they carry.
    own : mapping of str to str
        Compartments besides Vn and Vc, with their unit.
    inputs : mapping of str to str
        Parameters that an exposure sets, with their unit.
    """

    name: str
    fragments: tuple[str, ...]
    instances: tuple[Instance, ...]
    shared: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    forms: Mapping[str, str | None]
    own: Mapping[str, str]
    inputs: Mapping[str, str]


def _refuse_swaps(instance: Instance) -> None:
    """Refuse an argument that stands for something else than its formal says.

    A formal of a place (``E_n``) takes a name of that place, and all formals of one stem take one stem. Any other formal
    takes its own name or an owner's (``TP53_KD_NES`` for ``KD_NES``). What is outside the cell differs by route.
    """
    stems: dict[str, str] = {}
    for formal, actual in instance.actual.items():
        stem, _, state = formal.partition("_")
        if state in ("n", "c", "RANGTP_n", "RANGTP_c", "RANBP1_n", "RANBP1_c", "RANBP2_c"):
            given = actual.removesuffix(f"_{state}")
            fits = given != actual and stems.setdefault(stem, given) == given
        else:
            fits = formal == "outside" or actual == formal or actual.endswith(f"_{formal}")
        if not fits:
            raise BadNetwork(f"instance {instance.name!r} of {instance.process!r}: {actual!r} is swapped in for {formal!r}; name it alike.")
