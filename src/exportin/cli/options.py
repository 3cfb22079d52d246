"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Json", "Out", "Quiet", "Seed", "Workers"]

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no closing line on stderr.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for the results: new, empty, or an earlier result.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of every random number.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Threads; by default one a processor.")]
