"""The BibTeX reader: what it takes and what it refuses."""

from __future__ import annotations

import pytest

from exportin.errors import BadTable
from exportin.knowledge.citation import Source, read_sources

GOOD = """@article{Kudo99,
  author = {Kudo N and Matsumori N and others},
  year = {1999},
  title = {Leptomycin {B} inactivates {CRM1}},
  pmid = {10430904}
}
"""


@pytest.fixture
def read(tmp_path):
    def reader(text):
        path = tmp_path / "sources.bib"
        path.write_text(text, encoding="utf-8")
        return read_sources(path)

    return reader


def test_an_entry_is_read(read):
    assert read(GOOD)["Kudo99"] == Source(
        "Kudo99", ("Kudo N", "Matsumori N", "et al."), "1999", "Leptomycin B inactivates CRM1", pmid="10430904"
    )


def test_entries_follow_each_other_and_a_trailing_comma_is_taken(read):
    second = "@misc{UniProt,\n  title = {UniProt},\n  url = {https://www.uniprot.org/},\n}"
    assert list(read(f"{GOOD}\n\n{second}\n")) == ["Kudo99", "UniProt"]


def test_an_empty_file_has_no_sources(read):
    assert dict(read("\n")) == {}


def test_a_citation_says_who_when_what_and_where(read):
    assert str(read(GOOD)["Kudo99"]) == "Kudo N, Matsumori N, et al. (1999) Leptomycin B inactivates CRM1. PMID 10430904"
    assert str(Source("X", note="seen as a figure.", pmcid="PMC1")) == "seen as a figure. PMC1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + GOOD, "bib:7: the key 'Kudo99' is used twice"),
        (GOOD.replace("@article", "@book"), "bib:1: '@book{Kudo99' given; expected @article or @misc"),
        (GOOD.replace("Kudo99", "kudo:99"), "bib:1: '@article{kudo:99' given"),
        ("a comment\n" + GOOD, "bib:1: 'a comment' given; expected an entry"),
        (GOOD + "trailing words", "bib:7: 'trailing words' given"),
        (GOOD.replace("year", "journl"), "Kudo99 has the field 'journl'"),
        (GOOD.replace("pmid = {10430904}", "year = {2000}"), "the field 'year' is given twice"),
        (GOOD.replace("{1999}", "{}"), "Kudo99 has year ''"),
        (GOOD.replace("{1999}", "{99}"), "Kudo99 has year '99'"),
        (GOOD.replace("{10430904}", "{PMC17741}"), "Kudo99 has pmid 'PMC17741'"),
        (GOOD.replace("pmid = {10430904}", "doi = {https://doi.org/10.1/x}"), "Kudo99 has doi"),
        (GOOD.replace("pmid = {10430904}", "pmcid = {17741}"), "Kudo99 has pmcid '17741'"),
        (GOOD.replace("pmid = {10430904}", "url = {www.example.org}"), "Kudo99 has url"),
        (GOOD.replace("pmid = {10430904}", "journal = {PNAS}"), "Kudo99 has no doi, pmid, pmcid, url or note"),
        (GOOD.replace("{10430904}", "{0430904}"), "Kudo99 has pmid '0430904'"),
        (GOOD.replace("pmid = {10430904}", "doi = {10.1073/pnas.96.16.9112.}"), "Kudo99 has doi"),
        (GOOD.replace("{1999},", "{1999}"), "bib:3: expected a comma after the field 'year'"),
        (GOOD.replace("{1999}", "1999"), "bib:3: expected a field"),
        (GOOD.replace("{10430904}\n}", "{10430904\n"), "bib:5: a brace is opened and never closed"),
    ],
)
def test_a_malformed_entry_is_refused_with_its_line(read, text, message):
    with pytest.raises(BadTable) as caught:
        read(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("pmid", "10430904", "10430904"),
        ("pmcid", "PMC17741", "PMC17741"),
        ("doi", "10.1073/pnas.96.16.9112", "10.1073/PNAS.96.16.9112"),
    ],
)
def test_one_paper_under_two_keys_is_refused(read, field, first, second):
    text = f"@misc{{One, {field} = {{{first}}}}}\n\n@misc{{Two, {field} = {{{second}}}}}\n"
    with pytest.raises(BadTable, match=rf"bib:3: Two has the {field} '.*' of One; expected one entry a paper: cite One"):
        read(text)


def test_one_page_under_two_keys_is_refused_and_a_host_is_no_page(read):
    text = "@misc{One, url = {http://a.org/x/1}}\n\n@misc{Two, url = {https://www.a.org/x/1/}}\n"
    with pytest.raises(BadTable, match=r"bib:3: Two has the url 'a\.org/x/1' of One; expected one entry a paper: cite One"):
        read(text)
    assert list(read(text.replace("1/}", "2}"))) == ["One", "Two"]
    assert list(read(text.replace("/x/1", ""))) == ["One", "Two"]


def test_one_title_in_one_year_is_one_paper(read):
    first = "@misc{One, year = {2001}, title = {p27: export of p27}, note = {seen}}\n"
    second = first.replace("One", "Two").replace("p27: export", "P27 export")
    with pytest.raises(BadTable, match="bib:2: Two has the title and year 'p27 export of p27 2001' of One"):
        read(first + second)
    assert list(read(first + second.replace("2001", "2002"))) == ["One", "Two"]


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadTable, match="cannot be read"):
        read_sources(tmp_path / "none.bib")
