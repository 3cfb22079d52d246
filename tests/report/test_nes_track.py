from __future__ import annotations

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations, pairwise

import numpy as np
import pytest

from exportin.errors import BadQuantity, UnknownName
from exportin.nes.alphabet import RESIDUES
from exportin.nes.hit import Hits
from exportin.nes.known import Gate, KnownSignal, known_signals
from exportin.nes.mutants import mutate_nes
from exportin.nes.scales import scale
from exportin.nes.scan import scan_nes
from exportin.nes.structure import Burial
from exportin.report.nes_track import MOST_SECTIONS, Axis, _labels, _marks, _smooth, write_nes_page

VOID = {"meta", "br"}
SILENT = "GSGSGSGSGSGSGSGS"
PEPTIDE = "ILVSSASGNSNELALKLAGLDINKTEGEED"


class Page(HTMLParser):
    """Elements with their attributes, text and ancestors; what is opened must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source, self.elements, self.open = text, [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "parents": list(self.open)}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "attrs": dict(attrs), "text": "", "parents": list(self.open)})

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1]["tag"] == tag, f"</{tag}> closes <{self.open[-1]['tag']}>"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag, kind=None, inside=None):
        return [
            one
            for one in self.elements
            if one["tag"] == tag
            and (kind is None or kind in one["attrs"].get("class", "").split())
            and (inside is None or any(above is inside for above in one["parents"]))
        ]

    def section(self, number=1):
        return next(one for one in self.all("section") if one["attrs"].get("id") == f"record-{number}")

    @property
    def text(self):
        return " ".join(next(one for one in self.elements if one["tag"] == "body")["text"].split())


def page(given, *, cutoff=0.3, title="A title", mutants=None):
    hits = given if isinstance(given, Hits) else scan_nes(given)
    return Page(write_nes_page(hits, mutants=mutants, cutoff=cutoff, title=title))


@pytest.fixture(scope="module")
def p53_hits():
    return scan_nes("TP53")


@pytest.fixture(scope="module")
def p53(p53_hits):
    return page(p53_hits, cutoff=p53_hits[0].probability)


@pytest.fixture(scope="module")
def pki_mutants():
    return mutate_nes("PKIA", mutations="L42A+L45A")


@pytest.fixture(scope="module")
def pki(pki_mutants):
    return page("PKIA", mutants={("PKIA", 1): pki_mutants})


def test_the_page_stands_alone(p53, pki):
    for one in (p53, pki):
        assert one.source.startswith("<!DOCTYPE html>\n<html")
        assert one.all("script") + one.all("link") + one.all("img") == []
        for element in one.elements:
            for name, value in element["attrs"].items():
                assert name == "xmlns" or not re.match(r"\s*(https?:)?//", value or ""), (element["tag"], name)
                assert not name.startswith("on")
        style = one.all("style")[0]["text"]
        assert "@import" not in style
        assert "url(" not in style
        ids = [element["attrs"]["id"] for element in one.elements if "id" in element["attrs"]]
        assert len(ids) == len(set(ids))
        used = set(re.findall(r'(?:url\(#|href="#|aria-labelledby=")([\w-]+)', one.source))
        assert used <= set(ids)


def test_the_same_hits_give_the_same_page(p53_hits):
    first, second = (write_nes_page(p53_hits, cutoff=0.3, title="x") for _ in range(2))
    assert first == second


def test_what_the_numbers_mean_is_told(p53):
    assert p53.text.count("Research use only") == 1
    assert "if the protein is a cargo of XPO1 at all" in p53.text
    assert "natural logarithm of p/(1 − p)" in p53.text


def test_every_hit_is_a_bar_in_its_place(p53, p53_hits):
    bars = p53.all("rect", "bar", p53.section())
    assert len(bars) == len(p53_hits)
    axis = Axis(393, 920)
    for bar, hit in zip(bars, p53_hits, strict=True):
        assert float(bar["attrs"]["x"]) == pytest.approx(axis.edge(hit.start), abs=0.06)
        assert float(bar["attrs"]["width"]) == pytest.approx(len(hit.sequence) * 920 / 393, abs=0.06)
        assert float(bar["attrs"]["height"]) == pytest.approx(120 * hit.probability, abs=0.06)
    assert [bar["attrs"]["fill"] for bar in bars] == ["#0072b2"] + ["#c3ced6"] * (len(bars) - 1)


def test_the_table_tells_each_hit(p53, p53_hits):
    rows = [row for row in p53.all("tr") if p53.all("ruby", inside=row)]
    assert len(rows) == len(p53_hits)
    for row, hit in zip(rows, p53_hits, strict=True):
        cells = [cell["text"].strip() for cell in (*p53.all("th", inside=row), *p53.all("td", inside=row))]
        assert cells[:3] == [str(hit.rank), str(hit.start), str(hit.end)]
        anchors = [(ruby["text"][0], ruby["text"][1:]) for ruby in p53.all("ruby", inside=row)]
        assert anchors == [(anchor[0], phi[-1]) for phi, anchor in sorted(hit.pockets.items(), key=lambda item: int(item[1][1:]))]
        spelled = p53.all("span", "core", row)[0]["text"]
        assert re.sub(r"\d", "", spelled) == hit.sequence
        assert f"{hit.probability:.3f}" in row["text"]


def test_contributions_are_bars_that_sum_to_the_log_odds(p53, p53_hits):
    chart, hit = p53.all("svg", "chart")[0], p53_hits[0]
    words = [one["text"] for one in p53.all("text", inside=chart)]
    told = dict(zip(words[::2], words[1::2], strict=True))
    assert len(told) == len(hit.contributions) - 1
    assert f"pocket 3, {hit.pockets['phi3']}" in told
    values = {term: float(value.replace("−", "-")) for term, value in told.items()}
    assert sum(values.values()) + hit.contributions["baseline"] == pytest.approx(hit.log_odds, abs=0.07)
    for value, bar in zip(values.values(), p53.all("rect", inside=chart), strict=True):
        if abs(value) > 0.01:
            assert bar["attrs"]["fill"] == ("#d55e00" if value < 0 else "#0072b2")
            assert (float(bar["attrs"]["x"]) < 203.95) == (value < 0)


def test_known_signals_and_gates_are_marked_and_cited(p53, p53_hits):
    ends = {(one.start, one.end) for one in known_signals(p53_hits.records[0])}
    assert len(p53.all("rect", "recorded", p53.section())) == len(ends)
    assert "Recorded, but no hit lies there: 11–27" in p53.text
    gates = p53_hits[0].gates
    assert gates
    assert all(gate.says in p53.text for gate in gates)
    mark = p53.all("g", "gate")[0]
    counts = [sum(gate.effect == effect for gate in gates) for effect in ("opens", "closes")]
    assert [int(one["text"]) for one in p53.all("text", inside=mark)] == [count for count in counts if count]
    sources = next(one for one in p53.all("section") if one["attrs"].get("id") == "sources")
    assert all(f"[{key}]" in sources["text"] for gate in gates for key in gate.source.split())


def test_doubt_burial_and_what_was_recalled_are_told(p53_hits):
    gate = Gate("partner", "the <tail>", "X & Y", "closes", "It is covered.", "protein", "recalled", "Xu12")
    burial = Burial(0.1, 0.03, 92.0, "buried", "its anchors show 3% of their largest area")
    hit = replace(p53_hits[0], known=(KnownSignal(341, 349, True, "signals", "Xu12"),), gates=(gate,), burial=burial)
    one = page(Hits([hit], p53_hits.records))
    assert "NESdb has 341–349 as a signal, but doubts it [Xu12]" in one.text
    assert "Closed by partner, the <tail> (X & Y): It is covered." in one.text
    assert "from memory, not seen in its source" in one.text
    assert "No source ties this to one signal" in one.text
    assert "In the structure: buried; its anchors show 3% of their largest area." in one.text
    assert len(one.all("rect", "buried")) == 1


def test_a_doubted_signal_has_the_other_hatch():
    one = page("APC")
    found = scan_nes("APC").records[0]
    doubted = {(known.start, known.end) for known in known_signals(found) if known.doubt}
    marks = one.all("rect", "doubted")
    assert len(marks) == len(doubted) > 0
    assert {mark["attrs"]["fill"] for mark in marks} == {"url(#hatch-doubted)"}


def test_no_hit_is_said_plainly():
    one = page(SILENT)
    assert "No stretch fits a pattern of an export signal" in one.text
    assert "The protein has no stretch with a probability of at least 0.3" in one.text
    assert one.all("rect", "bar") + one.all("ruby") == []
    assert one.all("path", "disorder")


def test_hits_below_the_cutoff_are_told_as_such():
    hits = scan_nes("PKIA")
    one = page(hits, cutoff=1.0)
    assert f"No hit reaches the cut-off of 1; the best has {hits[0].probability:.3f}." in one.text
    assert "below cut-off" in one.text
    assert {bar["attrs"]["fill"] for bar in one.all("rect", "bar")} == {"#c3ced6"}


def test_what_was_left_out_and_read_otherwise_is_told():
    one = page({"good": "MCAARLUQSLLELLKLGLDI", "bad": "MLE*LL"})
    assert "U at position 7: selenocysteine; read as cysteine." in one.text
    left_out = next(part for part in one.all("section") if part["attrs"].get("id") == "left-out")
    assert "bad: '*' at position 4 is a stop" in " ".join(left_out["text"].split())
    assert "1 record was left out" in one.text


def test_names_and_titles_are_escaped():
    evil = "<script>alert(1)</script>\"'&"
    hits = scan_nes({evil: PEPTIDE, "other": SILENT})
    one = page(hits, title=evil)
    assert one.all("script") == []
    assert one.all("h1")[0]["text"] == evil
    assert evil in one.section()["text"]
    assert evil in [anchor["text"] for anchor in one.all("a")]


def test_many_records_have_an_overview_and_the_first_a_section(pki_mutants):
    given = {f"p{number}": PEPTIDE for number in range(MOST_SECTIONS + 5)} | {"PKIA": pki_mutants.record.sequence}
    one = page(given)
    sections = one.all("section", "record")
    assert len(sections) == MOST_SECTIONS
    assert f"There are {MOST_SECTIONS + 6} records" in one.text
    overview = next(part for part in one.all("section") if part["attrs"].get("id") == "overview")
    assert len(one.all("tr", inside=overview)) == MOST_SECTIONS + 7
    assert len(one.all("a", inside=overview)) == MOST_SECTIONS
    with_map = page(given, mutants={("PKIA", 1): pki_mutants})
    assert len(with_map.all("section", "record")) == MOST_SECTIONS + 1
    assert "so have those with substitutions" in with_map.text


def test_the_map_has_a_cell_for_every_substitution(pki, pki_mutants):
    figure = pki.all("figure", "map")[0]
    wild, lost, change = (pki.all(tag, kind, figure) for tag, kind in (("rect", "wild"), ("g", "lost"), ("g", "change")))
    positions = len(pki_mutants.positions)
    assert len(wild) == positions
    assert len(lost) == int(pki_mutants.lost.sum()) > 0
    assert len(wild) + len(lost) + len(change) == 20 * positions
    assert all(len(pki.all("circle", inside=cell)) == 1 for cell in lost)
    told = {cell["text"].split(": ")[0]: cell["text"].split(": ")[1].strip() for cell in change}
    for row, position in enumerate(pki_mutants.positions):
        letter = pki_mutants.record.sequence[position - 1]
        for code, residue in enumerate(RESIDUES):
            value = float(pki_mutants.change[row, code])
            if math.isfinite(value):
                assert float(told[f"{letter}{position}{residue}"].replace("−", "-")) == pytest.approx(value, abs=0.0051)


def test_the_colours_of_the_map_are_symmetric_and_diverge(pki, pki_mutants):
    finite = pki_mutants.change[np.isfinite(pki_mutants.change)]
    largest = f"{np.abs(finite).max():.2f}"
    assert f"−{largest}" in pki.text
    assert f"+{largest}" in pki.text
    assert "change of the log odds (natural logarithm)" in pki.text
    for cell in pki.all("g", "change"):
        value = float(cell["text"].split(": ")[1].replace("−", "-"))
        fill = pki.all("rect", inside=cell)[0]["attrs"]["fill"]
        red, blue = int(fill[1:3], 16), int(fill[5:7], 16)
        if abs(value) > 0.1 * float(largest):
            assert (blue > red) == (value > 0), cell["text"]


def test_given_and_silencing_substitutions_are_named(pki, pki_mutants):
    assert pki_mutants.silencing
    for one in (*pki_mutants.given, *pki_mutants.silencing):
        assert one.name in pki.text
    assert "no pattern left" in pki.text
    empty = page("PKIA", mutants={("PKIA", 1): replace(pki_mutants, silencing=())})
    assert "No small set of alanines silences this signal" in empty.text


def test_what_cannot_be_is_refused(pki_mutants):
    hits = scan_nes({"a": PEPTIDE})
    with pytest.raises(BadQuantity, match="from 0 to 1"):
        write_nes_page(hits, cutoff=1.5, title="x")
    with pytest.raises(UnknownName, match="PKIA"):
        write_nes_page(hits, mutants={("PKIA", 1): pki_mutants}, cutoff=0.3, title="x")


def test_the_disorder_is_the_mean_over_what_is_there():
    generator = np.random.Generator(np.random.Philox(key=3))
    codes = generator.integers(0, 21, 90)
    values = scale("disorder")
    for place, found in enumerate(_smooth(bytes(codes.tolist()))):
        near = [code for code in codes[max(0, place - 10) : place + 11] if code < 20]
        assert found == pytest.approx(np.mean(values[near]))
    assert np.isnan(_smooth(bytes([20] * 30))).all()


@pytest.mark.parametrize(("length", "width"), [(1, 420), (16, 420), (30, 540), (393, 920), (5200, 920), (35991, 920)])
def test_ticks_run_from_end_to_end_and_keep_apart(length: int, width: float):
    ticks = Axis(length, width).ticks
    numbers = [int(text.replace(",", "")) for _, text in ticks]
    assert numbers[0] == 1
    assert numbers[-1] == length
    for (x, text), (after, later) in pairwise(ticks):
        assert after - x > 3.5 * (len(text) + len(later)) + 2


def long_protein():
    return "".join(scan_nes(name).records[0].sequence for name in ("APC", "BRCA1", "TP53", "NPM1c_mutant_A", "PKIA"))


@pytest.mark.parametrize("cutoff", [0.0, 0.1, 0.9])
def test_labels_of_a_long_protein_do_not_meet(cutoff: float):
    hits = list(scan_nes({"long": long_protein()}))
    labels, lanes = _labels(Axis(5000, 920), hits, cutoff)
    assert labels[0]["hit"] is hits[0]
    assert max(label["lane"] for label in labels) == lanes - 1
    for one, other in combinations(labels, 2):
        clear = one["half"] + other["half"] if one["lane"] == other["lane"] else min(one, other, key=lambda label: label["lane"])["half"]
        assert abs(one["x"] - other["x"]) >= clear
        assert (one["x"] < other["x"]) == (one["middle"] < other["middle"])


def test_marks_and_their_labels_do_not_meet():
    wanted = [(start, start + 10, f"{start}–{start + 10}", None) for start in (1, 5, 12, 380, 383)]
    marks, rows = _marks(Axis(393, 920), wanted)
    spans = []
    for mark in marks:
        size = 7.0 * len(mark["text"]) + 8
        low, high = (mark["x"] - size, mark["x"] + mark["width"]) if mark["before"] else (mark["x"], mark["x"] + mark["width"] + size)
        assert high <= 118 + 920 + 90
        spans.append((mark["row"], low, high))
    assert rows == 1 + max(row for row, _, _ in spans)
    for (row, low, high), (other, left, right) in combinations(spans, 2):
        assert row != other or high <= left or right <= low
