"""The structures that the compiled code reads, as ctypes; laid out as in native/tape.h and native/job.h."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.kernel.code.tape import Tape

__all__ = ["LAYOUT", "CEvent", "CJob", "CRest", "CSlope", "CSlopeJob", "CTape", "pointer"]

LAYOUT = ("lanes", "states", "factors", "constants", "discrete", "timed", "job", "event", "tape")
_I32, _I64, _F64, _PTR = ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p


class CTape(ctypes.Structure):
    """A tape; keep the `Tape` alive as long as this."""

    _fields_ = (
        ("code", _PTR), ("numbers", _PTR), ("outputs", _PTR), ("reads", _PTR),
        ("operations", _I32), ("results", _I32), ("states", _I32), ("unused", _I32),
    )  # fmt: skip

    @classmethod
    def of(cls, tape: Tape) -> CTape:
        """Point at a tape."""
        arrays = (tape.code, tape.numbers, tape.outputs, tape.reads)
        return cls(*(pointer(array) for array in arrays), len(tape.code), len(tape.outputs), len(tape.reads), 0)


class CEvent(ctypes.Structure):
    """One event of the model."""

    _fields_ = (("flags", _I32), ("first", _I32), ("count", _I32), ("delay", _I32), ("priority", _I32), ("unused", _I32))


class CJob(ctypes.Structure):
    """What a call is asked to do; every pointer must outlive the call."""

    _fields_ = (
        ("which", _PTR), ("begin", _I64), ("count", _I64), ("taken", _PTR),
        ("base", _PTR), ("values", _PTR), ("varied", _PTR), ("parameters", _I64), ("n_varied", _I64),
        ("start", _PTR), ("start_stride", _I64), ("was", _PTR),
        ("prepare", CTape), ("computed", _PTR), ("initial", CTape), ("constants", CTape),
        ("relative", _F64), ("longest", _F64), ("absolute", _PTR), ("absolute_stride", _I64), ("most_steps", _I64),
        ("pivoting", _I32), ("scaled", _I32),
        ("times", _PTR), ("n_times", _I64), ("observed", CTape), ("out", _PTR),
        ("end", _PTR), ("end_parameters", _PTR), ("end_triggers", _PTR), ("status", _PTR), ("stats", _PTR),
        ("dose_offsets", _PTR), ("n_doses", _I64), ("dose_times", _PTR), ("dose_amounts", _PTR),
        ("dose_kinds", _PTR), ("dose_targets", _PTR), ("dose_units", _PTR), ("units", CTape),
        ("watch", CTape), ("stops", CTape), ("timing", CTape), ("effects", CTape),
        ("events", _PTR), ("effect_kinds", _PTR), ("effect_targets", _PTR), ("n_events", _I64), ("foreseen", _I64), ("cancel", _PTR),
    )  # fmt: skip


class CRest(ctypes.Structure):
    """What is polished into steady states."""

    _fields_ = (("totals", _I64), ("weights", _PTR), ("begun", _PTR), ("state", _PTR), ("distance", _PTR), ("far", _F64))


class CSlope(ctypes.Structure):
    """Partial derivatives of some rows."""

    _fields_ = (("tape", CTape), ("row", _PTR), ("kind", _PTR), ("index", _PTR))


class CSlopeJob(ctypes.Structure):
    """What sensitivities are asked for, beside a job."""

    _fields_ = (
        ("columns", _I64), ("groups", _I64), ("n_used", _I64), ("n_atoms", _I64), ("used", _PTR), ("weights", _PTR), ("start", _PTR),
        ("observed", CSlope), ("gaps", CSlope), ("effects", CSlope), ("units", CSlope), ("out", _PTR), ("end", _PTR),
    )  # fmt: skip


def pointer(array: NDArray[Any] | None) -> int | None:
    """Address of an array's data; None stays None."""
    if array is None:
        return None
    if not array.flags.c_contiguous:
        raise ValueError("an array for the compiled code must be contiguous")
    return array.ctypes.data if array.size else np.empty(1).ctypes.data
