"""Row models: what each refuses, and by which words; identifiers and their check digits; units of the right kind."""

from __future__ import annotations

import pytest

from exportin.knowledge import schema
from exportin.knowledge.measures import fitting_unit
from exportin.knowledge.schema import CargoRow, CellRow, CompoundRow, FactRow, SignalRow

FACT = {"source": "Kudo99", "reason": "a reason that is long enough"}
COMPOUND = {"symbol": "LMB", "name": "leptomycin B", "mechanism": "irreversible_michael", "warhead": "lactone", "status": "tool"}
CARGO = {"id": "TP53", "name": "p53", "table1": "0", "organism": "Homo sapiens", "doubt": "no", "evidence": "leptomycin B traps it"}
SIGNAL = {
    "cargo": "TP53",
    "start": "1",
    "end": "4",
    "sequence": "LLLL",
    "numbering": "UniProt",
    "lmb": "yes",
    "binds": "unknown",
    "doubt": "no",
}
CORE = {"cargo": "RIOK2", "numbering": "UniProt", "start": "389", "end": "403", "sequence": "RSFEMTEFNQALEEI", "use": "core"}
CORE |= {"evidence": "structure", "orientation": "minus", "pockets": "P4=F391 P3=M393 P1=L400", "span_start": "388", "span_end": "410"}
GATE = {"cargo": "TP53", "kind": "oligomer", "effect": "closes", "says": "tetramers cover it", "grade": "seen", "start": "1", "end": "9"}
AFFINITY = {"name": "PKI", "cargo": "PKIA", "KD": "0.035", "low": "0.026", "high": "0.042", "unit": "uM", "outcome": "measured"}
AFFINITY |= {"system": "CRM1", "sequence": "LALKL", "peptide": "printed"}
PROTEIN = {"cargo": "TP53", "numbering": "UniProt", "uniprot": "P04637", "length": "4", "sequence": "MEEP"}
MACHINE = {"symbol": "RAN", "name": "Ran", "kind": "Ran cycle", "uniprot": "P62826", "role": "small GTPase"}
EDGE = {"id": "a_b", "actor": "TP53", "effect": "increases", "target": "CDKN1A", "what": "transcription", "pathway": "tp53"}
EDGE |= {"system": "AML cells", "modelled": "yes", "seen": "abstract"}
DISEASE = {"id": "d", "disease": "glioma", "kind": "survival", "says": "high CRM1 goes with shorter survival", "seen": "review"}
SENSITIVITY = {"id": "s", "compound": "KPT-185", "system": "AML lines", "measure": "IC50 of growth", "value": "100-500", "unit": "nM"}
SENSITIVITY |= {"seen": "data"}
COMBINATION = {"id": "c", "drug1": "KPT-185", "drug2": "Nutlin-3a", "system": "AML", "outcome": "synergy", "seen": "paper"}
XENOGRAFT = {"id": "x", "compound": "KPT-276", "model": "MV4-11", "outcome": "survival prolonged", "seen": "secondary"}
TRIAL = {"id": "t", "drug": "selinexor", "disease": "myeloma", "seen": "register"}
OBSERVATION = {"id": "o", "about": "XPO1", "statement": "it is bound", "system": "HeLa", "seen": "label"}
CLAIM = {"id": "C161", "section": "AML", "entity": "p53", "says": "less", "kind": "direction", "role": "validation", "modelable": "yes"}
CONTRADICTION = {"id": "X25", "says": "more sensitive", "problem": "not in CTRPv2", "kind": "data conflict"}
LATER = {"id": "l", "claims": "C161 C162", "says": "the same in patients", "verdict": "confirms", "year": "2019"}
FIGURE = {"id": "f", "compound": "selinexor", "quantity": "CL/F", "value": "17.9", "unit": "L/h", "system": "patients", "used": "no"}
ROWS = {
    "CompoundRow": COMPOUND,
    "CargoRow": CARGO,
    "SignalRow": SIGNAL,
    "CoreRow": CORE,
    "GateRow": GATE,
    "AffinityRow": AFFINITY,
    "SequenceRow": PROTEIN,
    "MachineryRow": MACHINE,
    "EdgeRow": EDGE,
    "DiseaseRow": DISEASE,
    "SensitivityRow": SENSITIVITY,
    "CombinationRow": COMBINATION,
    "XenograftRow": XENOGRAFT,
    "TrialRow": TRIAL,
    "ObservationRow": OBSERVATION,
    "ClaimRow": CLAIM,
    "ContradictionRow": CONTRADICTION,
    "LaterEvidenceRow": LATER,
    "PharmacokineticRow": FIGURE,
}


def refused(model: type[FactRow], good: dict[str, str], fields: dict[str, str], message: str) -> None:
    assert model(**good, **FACT)
    with pytest.raises(ValueError, match=message):
        model(**{**good, **FACT, **fields})


@pytest.mark.parametrize("name", ROWS)
def test_a_good_row_is_taken_and_a_surplus_column_or_a_missing_source_is_not(name):
    model = getattr(schema, name)
    assert model(**ROWS[name], **FACT).names
    assert model.columns()[-2:] == ["source", "reason"]
    refused(model, ROWS[name], {"colour": "red"}, "not permitted")
    refused(model, ROWS[name], {"source": ""}, "keys of sources.bib")
    refused(model, ROWS[name], {"reason": "short"}, "at least 20")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"symbol": "lmb"}, "pattern"),
        ({"mechanism": "magic"}, "irreversible_michael"),
        ({"molar_mass": "540.7"}, "beside its formula"),
        ({"inchikey": "ABC"}, "pattern"),
        ({"inchikey": "YACHGFWEQXFSBS-XYERBDPFXA-N"}, "pattern"),
        ({"cas": "87081-35"}, "pattern"),
        ({"cas": "87081-35-5"}, "check digit is right: 4 after '87081-35-', not 5"),
        ({"cas": "87018-35-4"}, "check digit is right"),
        ({"aliases": "a;;b"}, "names between semicolons"),
        ({"aliases": "a; a"}, "names between semicolons"),
    ],
)
def test_a_wrong_compound_is_refused(fields, message):
    refused(CompoundRow, COMPOUND, fields, message)


@pytest.mark.parametrize("number", ["87081-35-4", "7732-18-5", "58-08-2", "50-00-0", "1393477-72-9"])
def test_cas_numbers_that_are_in_use_are_taken(number):
    """Leptomycin B; water and caffeine as CAS explains its check digit with; formaldehyde; selinexor."""
    assert CompoundRow(**COMPOUND, cas=number, **FACT).cas == number


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"uniprot": "P0463"}, "pattern"),
        ({"hgnc": "11998"}, "pattern"),
        ({"hgnc": "HGNC:0"}, "pattern"),
        ({"mass": "-1"}, "greater than 0"),
        ({"table1": "3", "printed": "P53"}, "less than or equal to 2"),
        ({"table1": "1"}, "1 or 2 beside a printed name"),
        ({"printed": "P53"}, "0 without one"),
        ({"nesdb": "6, 7"}, "pattern"),
        ({"doubt": "perhaps"}, "'yes', 'no' or 'unknown'"),
        ({"symbol": "p53"}, "pattern"),
    ],
)
def test_a_wrong_cargo_is_refused(fields, message):
    refused(CargoRow, CARGO, fields, message)


@pytest.mark.parametrize("symbol", ["TP53", "HLA-A", "C9orf72", "", "H1-0"])
def test_a_gene_symbol_of_hgnc_is_taken(symbol):
    assert CargoRow(**CARGO, symbol=symbol, **FACT).symbol == symbol


def test_a_cargo_is_called_by_its_id_first_and_by_its_printed_name_too():
    row = CargoRow(**{**CARGO, "id": "CCNB1_XENLA", "symbol": "CCNB1", "printed": "Cyclin B1", "table1": 2, "uniprot": "P13350"}, **FACT)
    assert row.names == ("CCNB1_XENLA", "CCNB1", "p53", "Cyclin B1", "P13350")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"end": "5"}, "5 residues, from start to end, not 4"),
        ({"start": "0"}, "greater than or equal to 1"),
        ({"start": "5"}, "0 residues"),
        ({"sequence": "LLBL"}, "pattern"),
        ({"lmb": "maybe"}, "'yes', 'no' or 'unknown'"),
        ({"doubt": "unknown"}, "'yes' or 'no'"),
    ],
)
def test_a_wrong_signal_is_refused(fields, message):
    refused(SignalRow, SIGNAL, fields, message)


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("CoreRow", {"end": "404"}, "16 residues, from start to end, not 15"),
        ("CoreRow", {"pockets": "P1=L401"}, "residues of the sequence, of which L401 is none"),
        ("CoreRow", {"pockets": "P1=M388"}, "residues of the sequence, of which M388 is none"),
        ("CoreRow", {"pockets": "P1:L400"}, "pockets such as P1=L38 P2=L42"),
        ("CoreRow", {"orientation": "plus"}, "in the order of the chain"),
        ("CoreRow", {"span_start": ""}, "valid integer"),
        ("CoreRow", {"span_start": "500", "span_end": "510"}, "a span that has residues of 389 to 403"),
        ("CoreRow", {"pdb": "5DHFX"}, "pattern"),
        ("CoreRow", {"evidence": "hearsay"}, "'mutation', 'deletion'"),
        ("GateRow", {"grade": "recalled"}, "seen beside keys of sources.bib, recalled without any"),
        ("GateRow", {"source": "-"}, "seen beside keys of sources.bib, recalled without any"),
        ("GateRow", {"end": "-1"}, "greater than or equal to 1"),
        ("GateRow", {"start": "12"}, "a residue from 12 on"),
        ("GateRow", {"effect": "bends"}, "'opens' or 'closes'"),
        ("AffinityRow", {"outcome": "range"}, "range beside low and high alone"),
        ("AffinityRow", {"outcome": "none"}, "none without a number"),
        ("AffinityRow", {"KD": "0.05"}, "a KD that lies from low to high"),
        ("AffinityRow", {"unit": "nM"}, "'uM'"),
        ("AffinityRow", {"peptide": ""}, "nothing without one"),
        ("SequenceRow", {"length": "5"}, "5 residues, not 4"),
        ("SequenceRow", {"numbering": "built"}, "none beside another"),
        ("SequenceRow", {"protein": "393"}, "pattern"),
        ("MachineryRow", {"kind": "motor"}, "'exportin', 'importin'"),
        ("EdgeRow", {"effect": "changes"}, "'increases', 'decreases' or 'none'"),
        ("EdgeRow", {"modelled": "unknown"}, "'yes' or 'no'"),
        ("EdgeRow", {"seen": "title"}, "'paper', 'abstract', 'label', 'register', 'data', 'secondary' or 'review'"),
        ("ObservationRow", {"seen": ""}, "'paper', 'abstract'"),
        ("DiseaseRow", {"n": "0"}, "greater than or equal to 1"),
        ("DiseaseRow", {"kind": "mood"}, "'expression', 'survival' or 'association'"),
        ("TrialRow", {"nct": "NCT0160789"}, "pattern"),
        ("TrialRow", {"nct": "01607892"}, "pattern"),
        ("ClaimRow", {"id": "C1"}, "pattern"),
        ("ClaimRow", {"role": "test"}, "'calibration', 'validation' or 'fact'"),
        ("ClaimRow", {"kind": "opinion"}, "'number', 'direction'"),
        ("ContradictionRow", {"id": "X1"}, "pattern"),
        ("ContradictionRow", {"claims": "C161, C162"}, "between single spaces"),
        ("ContradictionRow", {"claims": "C161 C161"}, "each statement once"),
        ("LaterEvidenceRow", {"claims": ""}, "at least one statement"),
        ("LaterEvidenceRow", {"verdict": "likes"}, "'confirms', 'contradicts' or 'qualifies'"),
        ("LaterEvidenceRow", {"year": "19"}, "greater than or equal to 1900"),
        ("SensitivityRow", {"unit": "h"}, "a concentration such as nM for IC50 of growth, not 'h'"),
        ("SensitivityRow", {"unit": "%"}, "a concentration such as nM"),
        ("SensitivityRow", {"unit": "frobs"}, "a unit that is understood"),
        ("PharmacokineticRow", {"unit": "L"}, "a volume over a time such as L/h for CL/F, not 'L'"),
        ("PharmacokineticRow", {"quantity": "AUC"}, "a concentration times a time"),
        ("PharmacokineticRow", {"unit": ""}, "at least 1"),
    ],
)
def test_a_wrong_row_is_refused(name, fields, message):
    refused(getattr(schema, name), ROWS[name], fields, message)


def test_one_end_of_a_span_is_refused():
    for name, good, end in (("GateRow", GATE, "end"), ("CoreRow", CORE, "span_end")):
        model, rest = getattr(schema, name), {column: cell for column, cell in good.items() if column != end}
        with pytest.raises(ValueError, match="both ends of a span, or neither"):
            model(**rest, **FACT)


def test_a_recalled_gate_has_no_source():
    row = schema.GateRow(**{**GATE, "grade": "recalled"}, reason=FACT["reason"])
    assert (row.sources, row.source) == ((), "-")


def test_what_has_no_certain_unit_takes_any():
    assert fitting_unit("viability", "%") == "%"
    assert fitting_unit("IC50 of growth", "ug/L") == "ug/L"
    assert fitting_unit("IC50 of growth", "") == ""


def test_a_wrong_cell_is_refused():
    good = {"name": "HeLa", "TP53": "inactivated", "NPM1": "unknown"}
    for fields in ({"TP53": "fine"}, {"cellosaurus": "0030"}, {"XPO1_total": "1"}):
        refused(CellRow, good, fields, "validation error")
