"""Files that a person writes in YAML, read strictly: wrong keys and types are refused with their line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from exportin.errors import BadScenario, ExportinError

if TYPE_CHECKING:
    from pydantic import BaseModel

    Given = TypeVar("Given", bound=BaseModel)

__all__ = ["LARGEST", "load_yaml", "placed", "read_text", "validated"]

LARGEST = 1_000_000  # bytes


def validated(text: str, name: str, schema: type[Given], kind: str) -> tuple[Any, Given]:
    """The tree of a text (for lines) and what a schema makes of it.

    Raises
    ------
    BadScenario
        With the line of the first thing that is wrong.
    """
    from pydantic import ValidationError

    tree = load_yaml(text, name, kind)
    try:
        return tree, schema.model_validate(_plain(tree))
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda one: one["type"] == "missing")  # a misspelt key tells more than its absence
        raise BadScenario(_first_error(found[0], tree, name, kind)) from error


def read_text(file: Path, kind: str, refusal: type[ExportinError] = BadScenario) -> str:
    """Text of a file that a person writes: a page, not data."""
    try:
        if file.stat().st_size > LARGEST:
            raise refusal(f"{str(file)!r} is larger than {LARGEST:,} bytes; a {kind} is a short YAML text.")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise refusal(f"{str(file)!r} does not exist; give the path of a {kind} file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(f"{str(file)!r} cannot be read as text: {error}.") from error


def load_yaml(text: str, name: str, kind: str, refusal: type[ExportinError] = BadScenario, such: str = "title") -> Any:
    """A YAML mapping with the lines of its keys; duplicate keys are refused."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        reader: Any = YAML(typ="rt", pure=True)
        tree: Any = reader.load(text)
    except MarkedYAMLError as error:
        marked: Any = error
        line = marked.problem_mark.line + 1 if marked.problem_mark is not None else 1
        raise refusal(f"{name}, line {line}: {marked.problem or 'not YAML'}.") from error
    except (YAMLError, RecursionError) as error:
        raise refusal(f"{name}: not YAML that can be read ({str(error)[:120]}).") from error
    if not _is_mapping(tree):
        raise refusal(f"{name}, line 1: a {kind} is a mapping of keys such as {such}.")
    return tree


def _plain(tree: Any) -> Any:
    """Ruamel's nodes as plain dict, list and scalars."""
    if _is_mapping(tree):
        return {str(key): _plain(value) for key, value in tree.items()}
    if _is_list(tree):
        return [_plain(value) for value in tree]
    scalars: tuple[type[Any], ...] = (bool, int, float, str)
    return next((kind(tree) for kind in scalars if isinstance(tree, kind)), tree)


def _is_list(tree: Any) -> bool:
    return isinstance(tree, list)


def _is_mapping(tree: Any) -> bool:
    return isinstance(tree, Mapping)


def _line(tree: Any, path: Sequence[Any]) -> int:
    """Line (from 1) of the deepest part of `path` that the file has."""
    line = 1
    for step in path:
        try:
            line = (tree.lc.key(step) if _is_mapping(tree) else tree.lc.item(step))[0] + 1
            tree = tree[step]
        except (KeyError, AttributeError, TypeError, IndexError):
            break
    return line


def _first_error(error: Mapping[str, Any], tree: Any, name: str, kind: str) -> str:
    path = [step for step in error["loc"] if not (isinstance(step, str) and step.startswith(("function-", "is-instance")))]
    where = f"{name}, line {_line(tree, path)}"
    key = ".".join(str(step) for step in path) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{where}: {key!r} is not a key of a {kind}; see the {kind} page of the documentation for those that are."
    if error["type"] == "missing":
        return f"{where}: the key {key!r} is missing."
    return f"{where}: {key}: {error['msg'][:1].lower() + error['msg'][1:]}, given {error['input']!r}."


def placed(make: Any, tree: Any, name: str, path: Sequence[Any]) -> Any:
    """Call `make`; a user mistake is told with the line of `path`."""
    try:
        return make()
    except ExportinError as error:
        raise type(error).__new__(type(error), f"{name}, line {_line(tree, path)}: {error}") from error
