"""Text that is no SBML, could do harm or means something that the kernel lacks is refused by a sentence."""

from __future__ import annotations

import pytest

from exportin.errors import BadNetwork
from exportin.kernel.sbml import guard as sbml_guard
from exportin.kernel.sbml.guard import guard

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
PACKAGE = "http://www.sbml.org/sbml/level3/version1"
BOMB = '<!DOCTYPE sbml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def core(inside: str = "", version: int = 2, attributes: str = "") -> str:
    start = f'<sbml xmlns="http://www.sbml.org/sbml/level3/version{version}/core" level="3" version="{version}"{attributes}>'
    return f"{start}<model>{inside}</model></sbml>"


def package(name: str, required: str) -> str:
    return f' xmlns:{name}="{PACKAGE}/{name}/version1" {name}:required="{required}"'


MATH = """<listOfParameters><parameter id="a" constant="false"/></listOfParameters><listOfRules><assignmentRule variable="a">
<math xmlns="http://www.w3.org/1998/Math/MathML">{}</math></assignmentRule></listOfRules>"""


@pytest.mark.parametrize(
    "text",
    [
        core(),
        DECLARED + core(),
        "\n  " + core(),
        "\ufeff" + DECLARED + core(),
        (DECLARED + core()).encode("utf-8-sig"),
        DECLARED.replace("UTF-8", "UTF-16") + core(),
        '<s:sbml xmlns:s="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><s:model/></s:sbml>',
        core(attributes=package("foo", "false")),
        core(MATH.format("<apply><max/><cn>1</cn><cn>3</cn></apply>"), 1, package("l3v2extendedmath", "true")),
        '<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model/></sbml>',
    ],
    ids=["plain", "declared", "space", "mark", "marked bytes", "decoded text", "prefix", "package", "extended", "level 2"],
)
def test_good_text_is_read_as_level_3_version_2(text: str | bytes):
    document = guard(text)
    assert (document.getLevel(), document.getVersion()) == (3, 2)


@pytest.mark.parametrize(
    "text",
    [
        DECLARED + BOMB + core("<notes>&b;</notes>"),
        DECLARED + BOMB.replace("DOCTYPE", "doctype") + core(),
        DECLARED + "<! DOCTYPE sbml>" + core(),
        DECLARED + "<!DOCTYPE sbml SYSTEM 'https://example.org/x.dtd'>" + core(),
        (DECLARED + BOMB + core()).encode(),
        core("<notes><![CDATA[<!ENTITY a 'b'>]]></notes>"),
    ],
)
def test_declarations_are_refused(text: str | bytes):
    with pytest.raises(BadNetwork, match="document type or entity declaration is refused"):
        guard(text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp500"])
@pytest.mark.parametrize("declaration", ["", DECLARED, DECLARED.replace("UTF-8", "UTF-16")])
def test_a_declaration_does_not_hide_in_another_encoding(encoding: str, declaration: str):
    with pytest.raises(BadNetwork, match=r"not in UTF-8|not the text of an SBML document"):
        guard((declaration + BOMB + core()).encode(encoding))


@pytest.mark.parametrize("encoding", ["UTF-7", "ISO-8859-1", "utf-16"])
def test_a_declared_encoding_other_than_utf_8_is_refused(encoding: str):
    with pytest.raises(BadNetwork, match=f"declares the encoding '{encoding}'"):
        guard((DECLARED.replace("UTF-8", encoding) + core()).encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "given as text, not as NoneType"),
        (7, "given as text, not as int"),
        ("", "not the text of an SBML document"),
        ("model.xml", "read the file and pass its content"),
        (core() + "\0", "not the text of an SBML document"),
        (core() + "\ud800", "not in UTF-8"),
        ("<html><sbml></sbml></html>", "outermost element is <html>"),
        (core()[:-10], "not well-formed XML .*line 1"),
        (core("<notes>&lol;</notes>"), "not well-formed XML .*undefined entity"),
        ("\n<sbml\n", "not well-formed XML"),
        ('<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"/>', "holds no model"),
        ('<sbml xmlns="http://www.sbml.org/sbml/level9/version1" level="9" version="1"><model/></sbml>', "SBML line 1: "),
        (core("<notes>" + "<p>" * 2000 + "</p>" * 2000 + "</notes>"), "nested more than 1000 deep"),
        (core(MATH.format("<apply><minus/>" * 5000 + "<cn>1</cn>" + "</apply>" * 5000)), "SBML line 2: .* nested more than 1000 deep"),
        (core(MATH.format("<ci>nothing</ci>")), "SBML line 1: .*nothing"),
        (core(MATH.format("<apply><exp/><cn>1</cn><cn>2</cn></apply>")), "SBML line 1: .*number of arguments"),
        (core(attributes=package("comp", "true")), "package 'comp' changes"),
        (core(attributes=package("foo", "1")), "package 'foo' changes"),
        (core("<comp:listOfSubmodels/>", 1, package("comp", "false")), "package 'comp' changes"),
    ],
)
def test_bad_text_is_refused(text: str, words: str):
    with pytest.raises(BadNetwork, match=words):
        guard(text)


def test_a_text_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sbml_guard, "LARGEST", 100)
    with pytest.raises(BadNetwork, match="more than the 100 that are read"):
        guard(core(" " * 100))


def test_a_long_formula_of_level_1_is_refused():
    start = '<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model><listOfCompartments><compartment name="c"/>'
    declared = '</listOfCompartments><listOfParameters><parameter name="a"/></listOfParameters><listOfRules>'
    rules = declared + '<parameterRule name="a" formula="{}"/>'
    end = "</listOfRules></model></sbml>"
    assert guard(start + rules.format("-(1)") + end).getModel().getNumRules() == 1
    with pytest.raises(BadNetwork, match="line 1: a formula has more than 20000 characters"):
        guard(start + rules.format("-" * 20_001 + "1") + end)


@pytest.mark.parametrize(("level", "version"), [("level2/version4", (2, 4)), ("level3/version1/core", (3, 1))])
def test_a_fast_reaction_is_refused_by_name(level: str, version: tuple[int, int]):
    text = f"""<sbml xmlns="http://www.sbml.org/sbml/{level}" level="{version[0]}" version="{version[1]}"><model>
    <listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
    <listOfSpecies><species id="A" compartment="c" initialAmount="1" hasOnlySubstanceUnits="false" boundaryCondition="false"
    constant="false"/></listOfSpecies><listOfReactions><reaction id="Quick" reversible="false" fast="true">
    <listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
    </reaction></listOfReactions></model></sbml>"""
    if version[0] == 2:
        text = text.replace(' constant="true"/></listOfReactants>', "/></listOfReactants>")
    with pytest.raises(BadNetwork, match="reaction 'Quick' is fast"):
        guard(text)
