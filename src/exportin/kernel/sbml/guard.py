"""The door for SBML text: what is no SBML, could do harm or needs mathematics that the kernel lacks is refused here."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from exportin.errors import BadNetwork

__all__ = ["guard"]

LARGEST = 50_000_000
DEEPEST = 1000
LONGEST_FORMULA = 20_000
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_PACKAGE = re.compile(r"https?://www\.sbml\.org/sbml/level3/version\d+/(?P<name>[a-z0-9]+)/version\d+")
# These change what a model computes, whatever the document says about being required.
_CHANGING = frozenset({"arrays", "comp", "distrib", "dyn", "multi", "qual", "spatial"})
_UNDERSTOOD = frozenset({"l3v2extendedmath"})


class _Scan:
    """One pass of a plain XML parser that expands nothing: declarations, depth, packages.

    Parameters
    ----------
    data : bytes
        UTF-8.
    """

    def __init__(self, data: bytes) -> None:
        self.depth = 0
        self.required: list[str] = []
        self.used: set[str] = set()
        parser = self._parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._declaration
        parser.EntityDeclHandler = self._declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise BadNetwork(f"the SBML is not well-formed XML ({error}); check the file at that line.") from error

    def _declaration(self, *_: Any) -> None:
        raise BadNetwork("SBML with a document type or entity declaration is refused; remove the declaration (SBML needs none).")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            self._root(tag, attributes)
        if self.depth > DEEPEST:
            line = self._parser.CurrentLineNumber
            raise BadNetwork(f"SBML line {line}: elements are nested more than {DEEPEST} deep; give sums and products many arguments.")
        if len(attributes.get("formula", "")) > LONGEST_FORMULA:
            line = self._parser.CurrentLineNumber
            raise BadNetwork(f"SBML line {line}: a formula has more than {LONGEST_FORMULA} characters; split it with rules.")
        if found := _PACKAGE.match(tag):
            self.used.add(found["name"])

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] != "sbml":
            raise BadNetwork(f"that is not the text of an SBML document: its outermost element is <{tag.rpartition(' ')[2]}>, not <sbml>.")
        for key, value in attributes.items():
            uri, _, name = key.rpartition(" ")
            if name == "required" and value.strip() in {"true", "1"}:
                found = _PACKAGE.match(uri)
                self.required.append(found["name"] if found else uri)

    def _end(self, _: str) -> None:
        self.depth -= 1


def guard(sbml: str | bytes) -> Any:
    """Read SBML text (any level) as a libSBML document of level 3 version 2, or refuse it.

    Parameters
    ----------
    sbml : str or bytes
        Text of an SBML document in UTF-8 (never a path or an address).

    Returns
    -------
    document : libsbml.SBMLDocument

    Raises
    ------
    BadNetwork
        If the text is no SBML, holds document type or entity declarations, is too large or nested too deeply, needs an SBML
        package, or has errors that libSBML finds.

    Examples
    --------
    >>> guard("model.xml")
    Traceback (most recent call last):
    ...
    exportin.errors.BadNetwork: that is not the text of an SBML document; read the file and pass its content.
    """
    data = _plain_bytes(sbml)
    scan = _Scan(data)
    for name in [*scan.required, *sorted(scan.used & _CHANGING)]:
        if name not in _UNDERSTOOD:
            raise BadNetwork(f"the SBML package {name!r} changes what the model means and is not supported; flatten or export without it.")
    return _modern(_read(data))


def _plain_bytes(sbml: object) -> bytes:
    """The text as UTF-8 without a byte order mark, after the checks that need no parser."""
    if not isinstance(sbml, str | bytes):
        raise BadNetwork(f"SBML is given as text, not as {type(sbml).__name__}; read the file and pass its content.")
    try:
        data = sbml.encode("utf-8") if isinstance(sbml, str) else sbml
        text = data.decode("utf-8-sig")
    except UnicodeError as error:
        raise BadNetwork("the SBML is not in UTF-8; save it as UTF-8 and pass it again.") from error
    if len(data) > LARGEST:
        raise BadNetwork(f"the SBML has {len(data)} bytes, more than the {LARGEST} that are read.")
    if "\0" in text or not re.search(r"<(?:\w+:)?sbml\b", text[:20_000]):
        raise BadNetwork("that is not the text of an SBML document; read the file and pass its content.")
    declared = re.match(r"""\s*<\?xml\b[^>]*?(?:\bencoding\s*=\s*["']\s*([^"'\s]*)[^>]*)?\?>""", text)
    if declared and isinstance(sbml, bytes) and (declared[1] or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise BadNetwork(f"the SBML declares the encoding {declared[1]!r}; only UTF-8 is read, save it as UTF-8.")
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, flags=re.IGNORECASE):
        raise BadNetwork("SBML with a document type or entity declaration is refused; remove the declaration (SBML needs none).")
    return (_DECLARATION + text[declared.end() if declared else 0 :]).encode("utf-8")


def _read(data: bytes) -> Any:
    import libsbml

    document = libsbml.readSBMLFromString(data.decode("utf-8"))
    _refuse_errors(document)
    if document.getModel() is None:
        raise BadNetwork("the SBML document holds no model.")
    for reaction in document.getModel().getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            raise BadNetwork(f"reaction {reaction.getId()!r} is fast (fast=\"true\"), which is not supported; give it a rate of its own.")
    return document


def _modern(document: Any) -> Any:
    """The document in level 3 version 2, checked for consistency (but not for units)."""
    import libsbml

    if (document.getLevel(), document.getVersion()) != (3, 2):
        given = f"level {document.getLevel()} version {document.getVersion()}"
        document.getErrorLog().clearLog()
        converted = document.setLevelAndVersion(3, 2, False)
        _refuse_errors(document)
        if not converted:
            raise BadNetwork(f"SBML {given} that libSBML cannot convert to level 3 version 2.")
        document.getErrorLog().clearLog()
    kept = {libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY, libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY, libsbml.LIBSBML_CAT_MATHML_CONSISTENCY}
    dropped = {
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
    }
    for category in kept | dropped:
        document.setConsistencyChecks(category, category in kept)
    document.checkConsistency()
    _refuse_errors(document)
    return document


def _refuse_errors(document: Any) -> None:
    """Refuse what libSBML calls an error or worse, with the line and its own words."""
    import libsbml

    for index in range(document.getNumErrors()):
        error = document.getError(index)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            words = " ".join(error.getMessage().split())
            raise BadNetwork(f"SBML line {error.getLine()}: {words}")
