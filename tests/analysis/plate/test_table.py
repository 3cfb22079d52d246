"""Plates: what is understood, and what is refused with its line and column."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.analysis.plate.table import read_plates
from exportin.errors import BadQuantity, BadTable, UnknownName

HEAD = "block_id,drug1,drug2,conc1,conc2,response,conc_unit\n"
GRID = "".join(f"1,A,B,{a},{b},{100 - 5 * a - 3 * b},nM\n" for a in (0, 1, 2, 4) for b in (0, 1, 2, 4))


@pytest.fixture
def written(tmp_path):
    def write(text, name="plate.csv"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_synergyfinders_table_is_read(written):
    (plate,) = read_plates(written(HEAD + GRID), response="viability")
    assert plate.drugs == ("A", "B")
    assert plate.doses.max() == pytest.approx(0.004)
    assert plate.viability[0] == 1.0
    assert (len(plate), int(plate.single(0).sum()), int(plate.combined.sum()), plate.is_grid) == (16, 3, 9, True)


@pytest.mark.parametrize(
    "head",
    [
        "PairIndex,DrugRow,DrugCol,ConcRow,ConcCol,Response,ConcUnit\n",
        "block_id,drug_row,drug_col,conc_r,conc_c,response,conc_r_unit\n",
        "block,drug1,drug2,drug1.conc,drug2.conc,effect,conc_unit1\n",
    ],
)
def test_other_tools_names_are_understood(written, head):
    (plate,) = read_plates(written(head + GRID), response="viability")
    (same,) = read_plates(written(HEAD + GRID, "same.csv"), response="viability")
    assert np.array_equal(plate.doses, same.doses)
    assert np.array_equal(plate.viability, same.viability)


def test_tabs_fractions_and_a_given_unit(written):
    text = "drug\tconc\tviability\nX\t0\t1\nX\t1\t0.8\nX\t10\t0.4\n"
    (plate,) = read_plates(written(text, "p.tsv"), unit="uM")
    assert plate.kind == "viability"
    assert plate.viability.tolist() == [1, 0.8, 0.4]
    assert plate.block == "X"


def test_inhibition_is_turned_and_blocks_are_kept_apart(written):
    text = HEAD + GRID + GRID.replace("1,A,B", "2,A,C")
    first, second = read_plates(written(text.replace("response", "inhibition")))
    assert second.drugs == ("A", "C")
    assert first.viability[0] == pytest.approx(0.0)
    assert first.viability[-1] == pytest.approx(1 - 0.68)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD.replace("response,", "") + "1,A,B,0,0,nM\n", "a column 'response' is missing"),
        (HEAD.replace("\n", ",colour\n") + "1,A,B,0,0,100,nM,red\n", "column 'colour' is not understood"),
        (HEAD + "1,A,B,0,0,,nM\n", r"line 2, column 'response': the well is empty"),
        (HEAD + "1,A,B,0,0,100,nM\n1,A,B,1,0,NA,nM\n", r"line 3, column 'response': the well is empty"),
        (HEAD + "1,A,B,-1,0,100,nM\n", r"line 2, column 'conc1': expected a dose of 0 or more, found '-1'"),
        (HEAD + "1,A,B,0,0,high,nM\n", r"line 2, column 'response': expected a finite number, found 'high'"),
        (HEAD + "1,A,B,0,0,100,nM\n1,A,B,1,0,50,uM\n", r"line 3, column 'conc_unit': 'uM' after 'nM' in line 2"),
        (HEAD + "1,A,B,0,0,100,parsec\n", "'parsec' is not a unit of concentration"),
        (HEAD + "1,A,B,0,0,100,nM\n1,A,C,1,0,50,nM\n", r"line 3: drugs A \+ C in a block of A \+ B"),
        (HEAD + "1,A,B,0,0,100,nM\n1,A,B,1,0,-3,nM\n", r"line 3, column 'response': -3 is a viability of -0.03, below zero"),
        (HEAD + "1,A,B,0,0,100,nM\n1,A,B,1,0\n", "line 3: expected 7 fields as in the heading, found 5"),
        (HEAD + "1,A,B,0,0,2,nM\n", "may be a fraction or a percentage; declare the scale"),
        (HEAD, "expected a heading and one well a line"),
        (HEAD + GRID + "1,A,B,2,0,88,nM\n", r"line 18: this dose has 2 wells \(lines 10, 18\) where others have 1"),
        (HEAD + GRID.replace("1,A,B,2,4,78,nM\n", ""), "the grid has no well with 0.002 uM A and 0.004 uM B"),
        (HEAD.replace("block_id", "rep") + "1,A,B,1,0,90,nM\n1,A,B,1,0,80,nM\n", "line 3: replicate '1' of this dose stands in line 2"),
        (HEAD.replace("block_id", "conc1") + "1,A,B,1,0,90,nM\n", "'conc1' and 'conc1' mean the same"),
    ],
)
def test_a_bad_plate_is_refused_with_its_place(written, text, told):
    with pytest.raises(BadTable, match=told):
        read_plates(written(text), response="viability")


def test_a_kind_or_scale_that_is_none_is_refused(written):
    file = written(HEAD + GRID)
    with pytest.raises(UnknownName, match="response"):
        read_plates(file, response="growth")
    with pytest.raises(UnknownName, match="scale"):
        read_plates(file, response="viability", scale="permille")
    with pytest.raises(BadTable, match="whether 'response' is viability"):
        read_plates(file)
    with pytest.raises(BadTable, match="declared as viability"):
        read_plates(written(HEAD.replace("response", "inhibition") + GRID, "other.csv"), response="viability")
    with pytest.raises(BadTable, match="the table says 'nM' and 'uM' was given"):
        read_plates(file, response="viability", unit="uM")
    with pytest.raises(BadTable, match="no column says the unit"):
        read_plates(written("drug,conc,viability\nX,1,50\n", "bare.csv"))
    with pytest.raises(BadTable, match="cannot be read"):
        read_plates(file.with_name("nowhere.csv"), response="viability")


def test_replicates_tell_the_noise(written):
    text = "drug,conc,conc_unit,viability,replicate\n" + "".join(
        f"X,{dose},uM,{value + shift},{n}\n" for dose, value in ((1, 90), (2, 70), (4, 50)) for n, shift in enumerate((-2, 0, 2))
    )
    (plate,) = read_plates(written(text))
    assert plate.noise() == (pytest.approx(0.02), 6)


def test_too_few_doses_of_one_drug_are_refused(written):
    (plate,) = read_plates(written("drug,conc,conc_unit,viability\nX,1,uM,90\nX,2,uM,50\n"))
    with pytest.raises(BadQuantity, match=r"X alone at 2 doses \(1, 2 uM\); its curve needs 3"):
        plate.check_single()


def test_two_cell_lines_are_no_replicates(written):
    text = "drug,conc,conc_unit,viability,cell_line\nX,1,uM,90,HeLa\nX,1,uM,20,A549\n"
    with pytest.raises(BadTable, match=r"line 3, column 'cell_line': 'A549' in a block of 'HeLa'; give each a block_id"):
        read_plates(written(text))


def test_untreated_wells_that_the_scale_made_one_tell_no_noise(written):
    text = "drug,conc,conc_unit,viability\n" + "X,0,uM,100\n" * 4 + "X,1,uM,90\nX,2,uM,70\nX,4,uM,50\nX,8,uM,30\n"
    (plate,) = read_plates(written(text))
    assert np.isnan(plate.noise()[0])


def test_a_few_combinations_are_no_grid(written):
    doses = ((1, 0), (2, 0), (4, 0), (0, 1), (0, 2), (0, 4), (1, 1), (2, 2))
    text = HEAD + "".join(f"1,A,B,{a},{b},{90 - 5 * a - 3 * b},nM\n" for a, b in doses)
    (plate,) = read_plates(written(text), response="viability")
    assert not plate.is_grid


def test_a_unit_that_cannot_even_be_read_is_refused(written):
    with pytest.raises(BadTable, match="is not a unit of concentration"):
        read_plates(written("drug,conc,viability\nX,1,50\n"), unit="foo(")
