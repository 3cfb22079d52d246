"""What both trainings are told on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["read_options"]

HERE = Path(__file__).resolve().parent


def read_options(about: str | None) -> argparse.Namespace:
    """Options of a training: ``data``, ``out``, ``results``, ``quick``."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data" / "nes", help="the frozen data")
    options.add_argument("--out", type=Path, default=HERE.parent / "src" / "exportin" / "nes", help="where the weights go")
    options.add_argument("--results", type=Path, default=HERE / "results", help="where the figures go")
    options.add_argument("--quick", action="store_true", help="one repetition and few draws, nothing written")
    return options.parse_args()
