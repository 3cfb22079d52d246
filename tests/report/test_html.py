from __future__ import annotations

import base64
import csv
import dataclasses
import io
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from exportin.report.html import write_report
from exportin.report.plot import MOST_ROWS, safe_cell

VOID = {"meta", "br", "hr", "img", "input", "link", "wbr", "col"}
YAML = "title: <b>bold</b>\ncell: OCI-AML3\n"


class Page(HTMLParser):
    """Elements with their attributes, text and ancestors."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict] = []
        self.open: list[dict] = []
        self.feed(text)
        self.close()

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

    def all(self, tag, inside=None):
        return [one for one in self.elements if one["tag"] == tag and (inside is None or any(above is inside for above in one["parents"]))]


def report(folder, result, title="A title", asked=YAML):
    write_report(folder, result, title, asked)
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def page(folder, result):
    return report(folder, result)


def numbers_of(text):
    rows = list(csv.reader(io.StringIO(text)))
    return rows[0], np.array([[float(cell) for cell in row] for row in rows[1:]])


def test_the_page_is_whole_and_has_one_heading(page):
    assert page.open == []
    assert [one["text"] for one in page.all("h1")] == ["A title"]
    assert page.all("html")[0]["attrs"]["lang"] == "en"
    assert page.all("script") == []
    ids = [one["attrs"]["id"] for one in page.elements if "id" in one["attrs"]]
    assert len(ids) == len(set(ids))


def test_nothing_is_fetched_from_a_network(page):
    for element in page.elements:
        for name, value in element["attrs"].items():
            if name.split(":")[0] != "xmlns":
                assert "http:" not in (value or ""), (element["tag"], name)
                assert "https:" not in (value or ""), (element["tag"], name)
                assert not (value or "").startswith("//")
    assert "@import" not in page.all("style")[0]["text"]
    assert "url(" not in page.all("style")[0]["text"]


def test_local_links_lead_somewhere(page, folder):
    ids = {one["attrs"].get("id") for one in page.elements}
    for link in page.all("a"):
        address = link["attrs"]["href"]
        if address.startswith("#"):
            assert address[1:] in ids
        elif not address.startswith("data:"):
            assert (folder / address).is_file()


def test_every_figure_has_caption_alternative_and_data(page, folder, result):
    figures = page.all("figure")
    assert len(figures) == len(result.observables) + 1  # and the cell
    for figure in figures:
        slug = figure["attrs"]["id"].removeprefix("plot-")
        assert page.all("figcaption", figure)[0]["text"].strip()
        drawing = page.all("svg", figure)[0]["attrs"]
        told = drawing.get("aria-label") or page.all("desc", figure)[0]["text"]
        assert drawing["role"] == "img"
        assert any(character.isdigit() for character in told)
        assert 1 <= len(page.all("tr", page.all("tbody", figure)[0])) <= MOST_ROWS
        data = next(link["attrs"]["href"] for link in page.all("a", figure) if link["attrs"]["href"].startswith("data:"))
        beside = (folder / "plots" / f"{slug}.csv").read_bytes()
        assert base64.b64decode(data.split(",", 1)[1]) == beside
        ET.fromstring((folder / "plots" / f"{slug}.svg").read_bytes())
    ET.fromstring((folder / "timecourse.svg").read_bytes())


def test_the_csv_has_the_numbers_of_the_result(page, folder, result):
    header, numbers = numbers_of((folder / "plots" / "XPO1_occupancy.csv").read_text(encoding="utf-8"))
    titles = [f"XPO1 occupancy {level} [% of XPO1]" for level in ("median", "p05", "p95")]
    assert header == ["time [h]", *titles]
    low, median, high = 100 * result.quantiles("XPO1_occupancy")
    np.testing.assert_allclose(numbers, np.stack([result.time, median, low, high], axis=1), rtol=1e-9)
    header, numbers = numbers_of((folder / "plots" / "selinexor_free.csv").read_text(encoding="utf-8"))
    assert header[1] == "free selinexor median [nM]"
    np.testing.assert_allclose(numbers[:, 1], 1000 * result.quantiles("selinexor_free")[1], rtol=1e-9)


def test_tables_have_headers_with_a_scope(page):
    for table in page.all("table"):
        heads = page.all("th", table)
        assert heads
        assert {one["attrs"].get("scope") for one in heads} <= {"col", "row", "rowgroup"}


def test_the_headlines_come_first_with_their_intervals(page, result):
    header = page.all("header")[0]["text"].replace("\u00a0", " ")
    peaks = 100 * result.values["XPO1_occupancy"].max(axis=-1)
    low, median, high = np.quantile(peaks, (0.05, 0.5, 0.95))
    assert f"At most {median:.0f} % ({low:.0f} to {high:.0f}) of XPO1 carries drug" in header
    assert "p53's nuclear to cytoplasmic ratio" in header
    whole = page.all("body")[0]["text"]
    assert whole.count("Research use only; nothing here advises treatment.") == 1


def test_what_was_asked_and_what_made_it_are_told(page):
    asked = page.all("section")[0]["text"]
    for word in ("OCI-AML3", "acute myeloid leukaemia", "mutant", "60 mg PO days 1,3", "96 h", "40 draws"):
        assert word in asked
    made = page.all("section")[-1]["text"]
    for word in ("0123456789abcdef", "fedcba9876543210", "exportin run 'a scenario.yaml'", "1e-07", "7"):
        assert word in made


def test_the_assumed_parameters_are_counted(page):
    warning = next(one["text"] for one in page.all("p") if one["attrs"].get("class") == "warning")
    counts = [int(word) for word in warning.replace(",", " ").split() if word.isdigit()]
    assert counts[0] == sum(counts[1:4])
    assert counts[3] > 0


def test_noise_is_called_noise(page):
    section = next(one for one in page.all("section") if one["attrs"]["id"] == "parameters")
    rows = [row["text"] for row in page.all("tr", section) if "within" in row["text"] or "beyond" in row["text"]]
    assert all("beyond" in row for row in rows if "SELINEXOR_accumulation" in row)
    assert all("within" in row for row in rows if "bystander" in row)


def test_what_the_user_wrote_is_escaped(tmp_path, make, result):
    hostile = '<script>alert("x")</script>'
    values = {f"{hostile.replace('/', '')}_nc": result.values["TP53_nc"], "a$^^${c}_free": result.values["selinexor_free"]}
    provenance = {
        **result.provenance,
        "cell": {"name": hostile},
        "exposures": [{"drug": hostile, "what": hostile, "route": "dish"}],
    }
    page = report(tmp_path, make(values=values, units={}, provenance=provenance), hostile, f"{hostile}\n{{{{ 7 * 7 }}}}")
    assert page.all("script") == []
    assert page.all("h1")[0]["text"] == hostile
    assert "{{ 7 * 7 }}" in page.all("pre")[0]["text"]
    for drawing in (tmp_path / "plots").glob("*.svg"):
        tags = {one.tag.rsplit("}")[-1] for one in ET.fromstring(drawing.read_bytes()).iter()}
        assert "script" not in tags
    assert any("a$^^${c}" in drawing.read_text(encoding="utf-8") for drawing in (tmp_path / "plots").glob("*.svg"))
    assert {path.parent for path in tmp_path.rglob("*.csv")} == {tmp_path / "plots"}


def test_spreadsheets_run_nothing(tmp_path, make, result):
    values = {"=HYPERLINK(1)_free": result.values["selinexor_free"]}
    report(tmp_path, make(values=values, units={"=HYPERLINK(1)_free": "uM"}))
    header, numbers = numbers_of(next((tmp_path / "plots").glob("*.csv")).read_text(encoding="utf-8"))
    assert all(head[0] not in "=+-@" for head in header)
    assert numbers.shape == (len(result.time), 4)
    assert [safe_cell(cell) for cell in ("@x", "+x", "-1.5e-3", "\tx")] == ["'@x", "'+x", "-1.5e-3", "'\tx"]


def test_two_writes_are_equal_to_the_byte(tmp_path, result):
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_report(tmp_path / name, result, "A title", YAML)
        contents.append({path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()})
    assert contents[0] == contents[1]
    assert len(contents[0]) == 2 + 2 * (len(result.observables) + 1)


def test_one_run_claims_no_interval(tmp_path, make):
    page = report(tmp_path, make(draws=1))
    assert "these numbers have no interval" in page.all("header")[0]["text"]
    assert "Fewer than 10 draws" in next(one["text"] for one in page.all("section") if one["attrs"]["id"] == "parameters")
    assert "5 % to 95 %" not in page.all("main")[0]["text"]
    header, _ = numbers_of((tmp_path / "plots" / "XPO1_occupancy.csv").read_text(encoding="utf-8"))
    assert header == ["time [h]", "XPO1 occupancy [% of XPO1]"]


def test_no_drug_no_cargo_and_no_change_are_said(tmp_path, make, result):
    still = np.ones((1, 1, 1, len(result.time)))
    values = {"XPO1_occupancy": 0 * still, "export_capacity": still}
    provenance = {**result.provenance, "exposures": []}
    page = report(tmp_path, make(draws=1, values=values, units={}, provenance=provenance))
    text = page.all("body")[0]["text"]
    for sentence in (
        "No drug was given",
        "No XPO1 carries drug",
        "does not fall below",
        "No cargo's nuclear to cytoplasmic ratio",
        "nothing to draw",
    ):
        assert sentence in text
    told = [one["attrs"]["aria-label"] for one in page.all("svg") if "aria-label" in one["attrs"]]
    assert any("stays at 0 % of XPO1" in words for words in told)


def test_a_cell_and_provenance_that_are_not_known_still_make_a_page(tmp_path, make, result):
    values = {"MYC_nc": result.values["TP53_nc"]}
    page = report(tmp_path, make(values=values, units={}, provenance={}, drawn={}))
    assert "not told" in page.all("section")[0]["text"]
    assert "nothing to draw" in page.all("body")[0]["text"]


def test_a_number_that_is_not_defined_does_not_stop_the_page(tmp_path, make, result):
    values = dataclasses.replace(result).values["TP53_nc"].copy()
    values[:, :, :, 5] = np.nan
    report(tmp_path, make(values={"TP53_nc": values, "XPO1_occupancy": result.values["XPO1_occupancy"]}))
