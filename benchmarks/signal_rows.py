"""Export signals of a proteome: candidates, full scores and the whole command, each in a process of its own that tells its memory.

The proteome is made of the sequences that ship with the facts, in turns up to 20,000 proteins and 11 million residues, as FASTA with lines
of 60 residues. The peers (training/peers.py) are patterns and matrices in plain Python, so a sample of it is theirs, and ours beside it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROTEINS, RESIDUES, SAMPLE = 20_000, 11_000_000, 400
WREGEX = ROOT.parent / "shared" / "data" / "nes" / "peers_wregex"
_CHILD = """
import sys, time
from exportin.nes.candidates import find_candidates, lay_out
from exportin.nes.records import Record, in_batches, read_fasta
from exportin.nes.score import score_batch, strongest
start = time.perf_counter()
with open(sys.argv[1], "rb") as stream:
    for batch in in_batches(one for one in read_fasta(stream, "proteome") if isinstance(one, Record)):
        laid = lay_out([record.codes for record in batch])
        find_candidates(laid) if sys.argv[2] == "candidates" else strongest(score_batch(laid))
took = time.perf_counter() - start
try:
    import resource
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
except ImportError:
    most = 0
print(took, most)
"""


def write_proteome(file: Path) -> tuple[int, int]:
    """The proteome as FASTA; how many proteins and residues it has."""
    from exportin.knowledge.protein_sequence import proteins_by_sequence

    count = total = 0
    with file.open("w", encoding="ascii") as target:
        for sequence in cycle(proteins_by_sequence()):
            if count == PROTEINS or total >= RESIDUES:
                return count, total
            lines = "\n".join(sequence[place : place + 60] for place in range(0, len(sequence), 60))
            target.write(f">P{count} made for timing\n{lines}\n")
            count, total = count + 1, total + len(sequence)
    raise AssertionError("an endless cycle ended")


def in_a_process(file: Path, what: str) -> tuple[float, int]:
    """Seconds without the start of Python, and the largest memory in MB."""
    done = subprocess.run([sys.executable, "-c", _CHILD, str(file), what], capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, kilobytes = done.stdout.split()
    return float(seconds), int(kilobytes) // 1024


def whole_command(file: Path) -> float:
    """Seconds of ``exportin nes`` that writes a table, the start of Python included."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "exportin", "nes", str(file), "--format", "tsv", "--quiet"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def sample_actions() -> dict[str, Callable[[], object]]:
    """Ours and the peers on the same sample; Wregex only where its matrices are on the machine."""
    sys.path.insert(0, str(ROOT / "training"))
    from peers import peers

    from exportin.knowledge.protein_sequence import proteins_by_sequence
    from exportin.nes.alphabet import encode
    from exportin.nes.candidates import lay_out
    from exportin.nes.score import score_batch, strongest

    sequences = [sequence for _, sequence in zip(range(SAMPLE), cycle(proteins_by_sequence()), strict=False)]

    def ours() -> None:
        strongest(score_batch(lay_out([encode(sequence.encode()) for sequence in sequences])))

    found: dict[str, Callable[[], object]] = {"signals, sample, full scores": ours}
    for name, call in (peers(WREGEX) if WREGEX.is_dir() else {}).items():
        found[f"  {name}"] = lambda call=call: [call(sequence) for sequence in sequences]
    return found
