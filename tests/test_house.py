"""The rules of the house that a machine can hold: what imports what, how long things are, what is public, where numbers live."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "exportin"

# Reading order is data order: a room imports only from rooms on lines above its own. Rooms on one line share a rank.
ORDER = """
units errors json_number kept_files text_table yaml_file
knowledge
nes
network
kernel
pharmacology
result
report
experiment
analysis
cohort
review
cli
web
"""
RANK = {room: rank for rank, line in enumerate(ORDER.split("\n")) for room in line.split()}

# A name leaves this list only in a release that says so.
PUBLIC = [
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

HEAVY = [
    "antimony",
    "biotite",
    "dask",
    "distributed",
    "jinja2",
    "lark",
    "libsbml",
    "matplotlib",
    "pandas",
    "pint",
    "pydantic",
    "roadrunner",
    "ruamel.yaml",
    "scipy",
    "sympy",
]

MODULES = sorted(PACKAGE.rglob("*.py"))
PROCESSES = sorted((PACKAGE / "network" / "processes").rglob("*.ant"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room(path: Path) -> str:
    """`units` for src/exportin/units.py, `network` for src/exportin/network/cell.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def dotted(path: Path) -> list[str]:
    """The package that relative imports in this module start from."""
    return ["exportin", *path.relative_to(PACKAGE).parent.parts]


def imported(path: Path, module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of each thing of our own that a module imports, inside functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = dotted(path)[: len(dotted(path)) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if called in {"import_module", "__import__"}:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield node.lineno, argument.value


# The door promises Result.plot; the drawing itself belongs to report, which is below results.
UPWARD = {("src/exportin/result/labelled.py", "exportin.report.figure.draw_curves")}


def misplaced(path: Path, module: ast.Module) -> list[str]:
    """Imports of a module that do not come from above it; the door itself (`import exportin`) is below everything."""
    wrong = []
    for line, full in imported(path, module):
        parts = full.split(".")
        if parts[0] != "exportin" or full == "exportin.__version__" or (name(path), full) in UPWARD:
            continue
        target = parts[1] if len(parts) > 1 else ""
        if RANK.get(target, len(MODULES) + len(RANK)) > RANK[room(path)]:
            wrong.append(f"{name(path)}:{line} imports {full}")
    return wrong


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_module_belongs_to_a_room():
    rooms = {room(path) for path in MODULES}
    assert {"units", "errors"} <= rooms
    assert rooms - set(RANK) == {"__init__", "__main__"}


def test_every_folder_of_code_is_a_package():
    folders = {path.parent for path in MODULES}
    assert sorted(name(folder) for folder in folders if not (folder / "__init__.py").is_file()) == []


def test_a_module_imports_only_from_those_above_it():
    found = [path for path in MODULES if room(path) in RANK]
    assert found
    assert [wrong for path in found for wrong in misplaced(path, tree(path))] == []


@pytest.mark.parametrize(
    ("place", "source", "allowed"),
    [
        ("network/cell.py", "from exportin.units import parse", True),
        ("network/cell.py", "from exportin.network.model import model", True),
        ("network/cell.py", "from .model import model", True),
        ("units.py", "from exportin.errors import BadQuantity", True),
        ("result/labelled.py", "from exportin import __version__", True),
        ("network/cell.py", "def f():\n    from exportin.result import Result", False),
        ("network/cell.py", "from ..result import Result", False),
        ("network/cell.py", "from .. import result", False),
        ("network/cell.py", "import exportin as xp", False),
        ("network/cell.py", "from exportin import simulate", False),
        ("network/cell.py", "import importlib\nimportlib.import_module('exportin.cli')", False),
    ],
)
def test_the_import_rule_itself(place: str, source: str, allowed: bool):
    assert (misplaced(PACKAGE / place, ast.parse(source)) == []) is allowed


def test_no_star_imports():
    stars = [name(path) for path in MODULES for _, full in imported(path, tree(path)) if full.endswith(".*")]
    assert stars == []


def test_a_module_stays_under_about_300_lines():
    long = {name(path): lines for path in MODULES if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 305}
    assert long == {}


def test_a_function_stays_under_about_40_lines_of_code():
    long = {}
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                described = ast.get_docstring(node) is not None
                lines = node.end_lineno - (node.body[0].end_lineno if described else node.lineno - 1)
                if lines > 42:
                    long[f"{name(path)}:{node.lineno} {node.name}"] = lines
    assert long == {}


def test_no_public_function_shares_a_rooms_name():
    shared = []
    for path in MODULES:
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name in RANK:
                shared.append(f"{name(path)}:{node.lineno} {node.name}")
    assert shared == []


def test_the_door_is_the_pinned_list():
    import exportin

    assert sorted(exportin.__all__) == PUBLIC
    assert dir(exportin) == PUBLIC
    assert set(PUBLIC) & set(RANK) == {"kernel"}


@pytest.mark.parametrize("public", PUBLIC)
def test_every_public_name_loads(public: str):
    import exportin

    found = getattr(exportin, public)
    assert public in {"__version__", "kernel"} or callable(found)


def test_the_kernel_compiles():
    import exportin

    assert callable(exportin.kernel.compile)


def test_an_unknown_name_is_refused():
    import exportin

    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        exportin.simulat  # noqa: B018


def test_the_package_needs_no_other_engine():
    others = {"roadrunner", "COPASI", "basico", "amici", "dask", "distributed", "sympy", "sklearn", "parasail"}
    found = {name(path): full for path in MODULES for _, full in imported(path, tree(path)) if full.split(".")[0] in others}
    assert found == {}


@pytest.mark.parametrize("module", ["exportin", "exportin.cli"])
def test_importing_loads_nothing_heavy(module: str):
    loaded = python(f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])")
    assert loaded == "[]"


def test_importing_is_quick():
    code = "import time; start = time.perf_counter(); import exportin; print(time.perf_counter() - start)"
    assert min(float(python(code)) for _ in range(5)) < 0.15


def test_versions_agree():
    import exportin

    assert f"\nversion: {exportin.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    needed = [*project["dependencies"], *(need for extra in project["optional-dependencies"].values() for need in extra)]
    names = {re.split(r"[\[<>=~! ]", need)[0] for need in needed}
    assert names
    assert {need for need in names if f"`{need}`" not in told} == set()


def numbers(antimony: str) -> list[str]:
    """Numeric literals of a process file other than 0, 1, ln(2) and exponents."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*|#[^\n]*", " ", antimony, flags=re.DOTALL)
    code = re.sub(r"\bln\(\s*2\s*\)", " ", code)
    code = re.sub(r"\^\s*\(?\s*-?\s*[\d.]+\s*\)?", " ", code)
    return [text for text in re.findall(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", code) if float(text) not in {0, 1}]


def test_process_files_hold_no_numbers():
    assert PROCESSES
    assert {name(path): found for path in PROCESSES if (found := numbers(path.read_text(encoding="utf-8")))} == {}


def test_the_number_rule_itself():
    assert numbers("// 3 uM\nBindIt: A2 + KD_1 -> RANBP1_n; ln(2) / t * (1 + x^2) + 0.0; /* 7 */") == []
    assert numbers("k = 0.5; 2 A -> B; 1e-3 * ln(20); .7") == ["0.5", "2", "1e-3", "20", ".7"]


def test_a_process_file_stays_within_80_lines():
    long = {name(path): lines for path in PROCESSES if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 80}
    assert long == {}


def in_the_checkout() -> list[Path]:
    """Files that git tracks or would track; without git, everything outside hidden folders and out/."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / line for line in listed.stdout.split("\0") if line]
    else:
        places = [(path, path.relative_to(ROOT).parts) for path in ROOT.rglob("*")]
        paths = [path for path, parts in places if not (parts[0].startswith(".") or "out" in parts or "__pycache__" in parts)]
    return [path for path in paths if path.is_file()]


def test_no_file_holds_a_path_of_one_machine():
    folders = "|".join(["work", "root", "tmp"])
    machine = re.compile(rf"(?<![\w./:-])/(?:{folders})(?=[/\s\"'`),;]|$)".encode(), flags=re.MULTILINE)
    files = in_the_checkout()
    assert len(files) > 10
    assert [name(path) for path in files if machine.search(path.read_bytes())] == []
