"""Accessibility from structure files: area against closed forms, every format, every way to lay a chain on a sequence, every refusal."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import math
import operator
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exportin.errors import BadQuantity, BadSequence, ExportinError, UnknownName
from exportin.nes.alphabet import RESIDUES, three_letters
from exportin.nes.structure import Accessibility, BadStructure, NoBiotite, burial, read_structure, threshold

structure = pytest.importorskip("biotite.structure")
info = pytest.importorskip("biotite.structure.info")
pdb = pytest.importorskip("biotite.structure.io.pdb")
pdbx = pytest.importorskip("biotite.structure.io.pdbx")

SEQUENCE = "MKTAYIAKQRLSLPEGDWFHNVCLERLTLGS"
# Tien et al. 2013, doi 10.1371/journal.pone.0080635, Table 1, theoretical.
TIEN = {
    "A": 129, "R": 274, "N": 195, "D": 193, "C": 167, "E": 223, "Q": 225, "G": 104, "H": 224, "I": 197,
    "L": 201, "K": 236, "M": 224, "F": 240, "P": 159, "S": 155, "T": 172, "W": 285, "Y": 263, "V": 174,
}  # fmt: skip


def component(letter: str) -> Any:
    """Heavy atoms of a residue as the chemical dictionary draws it, its CA at the origin."""
    atoms = info.residue(three_letters(letter).upper())
    atoms = atoms[~np.isin(atoms.element, ["H"]) & (atoms.atom_name != "OXT")]
    atoms.coord -= atoms.coord[atoms.atom_name == "CA"][0]
    return atoms


def join(parts: list[Any]) -> Any:
    return functools.reduce(operator.add, parts)


def place(letter: str, number: int, at: tuple[float, float, float], chain: str = "A") -> Any:
    atoms = component(letter)
    atoms.coord += np.array(at, dtype=np.float32)
    atoms.res_id[:] = number
    atoms.chain_id[:] = chain
    atoms.hetero[:] = False
    atoms.set_annotation("b_factor", np.full(len(atoms), 20.0 + number % 60))
    atoms.set_annotation("occupancy", np.ones(len(atoms)))
    return atoms


def beads(sequence: str, first: int = 1, chain: str = "A", apart: float = 30.0, skip: tuple[int, ...] = (), z: float = 0.0) -> Any:
    """Residues so far apart that none covers another: the area of each has nothing to do with the rest."""
    parts = [place(one, first + i, (apart * i, 0.0, z), chain) for i, one in enumerate(sequence) if i not in skip]
    return join(parts)


def save(atoms: Any, path: Path, title: str = "") -> Path:
    """Write by the ending of the name."""
    name = path.name.removesuffix(".gz")
    if name.endswith((".pdb", ".ent")):
        file: Any = pdb.PDBFile()
        file.set_structure(atoms)
        text = io.StringIO()
        file.write(text)
        content = ((f"TITLE     {title}\n" if title else "") + text.getvalue()).encode()
    else:
        file = pdbx.BinaryCIFFile() if name.endswith(".bcif") else pdbx.CIFFile()
        pdbx.set_structure(file, atoms, data_block="model")
        buffer: Any = io.BytesIO() if name.endswith(".bcif") else io.StringIO()
        file.write(buffer)
        content = buffer.getvalue() if isinstance(buffer, io.BytesIO) else buffer.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


def test_reference_areas_are_those_of_the_paper():
    path = Path(sys.modules["exportin.nes.structure"].__file__ or "").with_name("reference_areas.tsv")
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    assert rows[0] == ["residue", "area", "source"]
    assert {residue: float(area) for residue, area, _ in rows[1:]} == TIEN


def test_a_lone_sphere_has_the_area_of_a_sphere(tmp_path: Path):
    # ProtOr radius of an alpha carbon (C4H1) is 1.88 A (Tsai 1999, doi 10.1006/jmbi.1999.2829).
    alone = place("G", 1, (0, 0, 0))
    alone = alone[alone.atom_name == "CA"]
    assert structure.sasa(alone, vdw_radii="ProtOr").sum() == pytest.approx(4 * math.pi * (1.88 + 1.4) ** 2, rel=1e-6)


def two_spheres(radius: float, distance: float) -> float:
    """Open area of one of two equal spheres: the sphere without the cap that lies in the other."""
    return 4 * math.pi * radius**2 - 2 * math.pi * radius * (radius - distance / 2)


def test_two_spheres_lose_their_caps(tmp_path: Path):
    one, other = place("G", 1, (0, 0, 0)), place("G", 2, (0, 0, 3.0))
    pair = join([part[part.atom_name == "CA"] for part in (one, other)])
    assert structure.sasa(pair, vdw_radii="ProtOr")[0] == pytest.approx(two_spheres(3.28, 3.0), rel=3e-3)


def test_lone_residues_are_open(tmp_path: Path):
    # A residue without neighbours shows its main chain too, and so somewhat more than the largest area inside of a chain.
    sequence = RESIDUES + RESIDUES
    access = read_structure(save(beads(sequence), tmp_path / "beads.pdb"), sequence)
    assert np.isfinite(access.relative).all()
    assert access.relative.min() > 1.0
    assert access.relative.max() < 1.8
    assert access.relative[:20] == pytest.approx(access.relative[20:], rel=0.02)
    assert access.chain == "A"
    assert access.source == "beads.pdb"
    assert np.isnan(access.confidence).all()
    assert burial(access, 1, 20, [3, 9, 12]).verdict == "exposed"


def test_a_neighbour_lowers_area_and_none_raises_it(tmp_path: Path):
    far = read_structure(save(beads(SEQUENCE), tmp_path / "far.pdb"), SEQUENCE).relative
    near = read_structure(save(beads(SEQUENCE, apart=5.0), tmp_path / "near.pdb"), SEQUENCE).relative
    assert (near < far).all()


def packed(letters: str, chain: str = "A") -> Any:
    """Residues on a grid, nearest the middle first: the first of them are covered from all sides."""
    side = range(-3, 4)
    spots = sorted(((x, y, z) for x in side for y in side for z in side), key=lambda at: (sum(one * one for one in at), at))
    parts = [place(one, i + 1, (4.0 * x, 4.0 * y, 4.0 * z), chain) for i, (one, (x, y, z)) in enumerate(zip(letters, spots, strict=False))]
    return join(parts)


def test_the_middle_of_a_globule_is_buried(tmp_path: Path):
    sequence = "LLLLLLLLLL" + "".join(random.Random(1).choices("AVLIDEKST", k=290))
    access = read_structure(save(packed(sequence), tmp_path / "globule.cif"), sequence)
    found = burial(access, 1, 10, [1, 4, 7, 9])
    assert found.verdict == "buried"
    assert found.anchors < 0.05
    assert np.nanmean(access.relative[-60:]) > 0.3
    assert burial(access, 280, 300, [281, 285, 290, 300]).core > found.core


@pytest.mark.parametrize("name", ["a.pdb", "a.ent", "a.cif", "a.mmcif", "a.bcif", "a.pdb.gz", "a.cif.gz", "A.BCIF.GZ", "a.ent.gz"])
def test_every_format_gives_the_same(tmp_path: Path, name: str):
    atoms = beads(SEQUENCE, apart=6.0)
    expected = read_structure(save(atoms, tmp_path / "expected.pdb"), SEQUENCE)
    if name == "A.BCIF.GZ":
        (tmp_path / name).write_bytes(save(atoms, tmp_path / "a.bcif.gz").read_bytes())
    else:
        save(atoms, tmp_path / name)
    found = read_structure(tmp_path / name, SEQUENCE)
    assert found.relative == pytest.approx(expected.relative, abs=0.01)
    assert found.source == name


def test_turning_the_molecule_changes_nothing(tmp_path: Path):
    atoms = packed(SEQUENCE)
    turned = structure.rotate(structure.translate(atoms, [11, -7, 3]), [0.4, 1.1, 2.0])
    one = read_structure(save(atoms, tmp_path / "one.cif"), SEQUENCE).relative
    other = read_structure(save(turned, tmp_path / "other.cif"), SEQUENCE).relative
    assert other == pytest.approx(one, abs=0.02)


@pytest.mark.parametrize("first", [1, 101, -5])
def test_other_numbers(tmp_path: Path, first: int):
    whole = read_structure(save(beads(SEQUENCE), tmp_path / "a.pdb"), SEQUENCE).relative
    found = read_structure(save(beads(SEQUENCE[3:], first=first), tmp_path / "b.pdb"), SEQUENCE)
    assert np.isnan(found.relative[:3]).all()
    assert found.relative[3:] == pytest.approx(whole[3:], rel=0.02)
    assert any("shifted" in note for note in found.notes)


def test_missing_residues_are_not_a_number(tmp_path: Path):
    access = read_structure(save(beads(SEQUENCE, skip=(9, 10, 11)), tmp_path / "gap.pdb"), SEQUENCE)
    assert np.flatnonzero(np.isnan(access.relative)).tolist() == [9, 10, 11]
    assert burial(access, 9, 14, [10, 11, 12, 14]).verdict == "unknown"
    assert "25%" in burial(access, 9, 14, [10, 11, 12, 14]).reason


def test_numbers_that_run_on_over_a_gap_and_a_tag_are_aligned(tmp_path: Path):
    sequence = SEQUENCE + "QDENGKHPRYWC" + SEQUENCE[::-1]
    shown = "GSHHHHHH" + SEQUENCE + SEQUENCE[::-1]
    access = read_structure(save(beads(shown), tmp_path / "tag.pdb"), sequence)
    assert any("alignment" in note for note in access.notes)
    assert np.isnan(access.relative[31:43]).all()
    assert np.isfinite(access.relative[:31]).all()
    assert np.isfinite(access.relative[43:]).all()


def test_the_chain_that_shows_most_is_chosen_and_partners_are_left_out(tmp_path: Path):
    alone = read_structure(save(beads(SEQUENCE, chain="B"), tmp_path / "b.cif"), SEQUENCE).relative
    other = "".join(random.Random(2).choices(RESIDUES, k=40))
    atoms = join([beads(other, chain="A", z=4.0), beads(SEQUENCE[:25], chain="C", z=60.0), beads(SEQUENCE, chain="B")])
    path = save(atoms, tmp_path / "complex.cif")
    access = read_structure(path, SEQUENCE)
    assert access.chain == "B"
    assert access.relative == pytest.approx(alone, rel=1e-6)
    assert np.isnan(read_structure(path, SEQUENCE, chain="C").relative[25:]).all()
    with pytest.raises(BadStructure, match="nearest is 'A'"):
        read_structure(path, SEQUENCE, chain="A")
    with pytest.raises(UnknownName, match=r"complex.cif.*Known: A, B, C"):
        read_structure(path, SEQUENCE, chain="D")


def test_a_point_mutant_is_the_protein_and_says_so(tmp_path: Path):
    mutant = SEQUENCE[:11] + "A" + SEQUENCE[12:]
    notes = read_structure(save(beads(mutant), tmp_path / "m.pdb"), SEQUENCE).notes
    assert any(note.startswith("1 of its residues differ") for note in notes)


@pytest.mark.parametrize("equal", [27, 28])  # of 31: 87 % and 90.3 %
def test_nine_residues_in_ten(tmp_path: Path, equal: int):
    spots = set(range(2, 31, 3)[: 31 - equal] if equal == 28 else [2, 9, 16, 23])
    shown = "".join("W" if i in spots and one != "W" else one for i, one in enumerate(SEQUENCE))
    path = save(beads(shown), tmp_path / "m.pdb")
    if equal == 28:
        assert np.isfinite(read_structure(path, SEQUENCE).relative).all()
    else:
        with pytest.raises(BadStructure, match="87% of 31"):
            read_structure(path, SEQUENCE)


def test_a_short_sequence_must_be_there_whole(tmp_path: Path):
    path = save(beads(SEQUENCE), tmp_path / "a.pdb")
    assert np.isfinite(read_structure(path, SEQUENCE[5:17]).relative).all()
    with pytest.raises(BadStructure, match="no chain matches"):
        read_structure(save(beads(SEQUENCE[:12]), tmp_path / "b.pdb"), SEQUENCE)


def test_hydrogens_waters_and_ligands_count_for_nothing(tmp_path: Path):
    bare = read_structure(save(beads(SEQUENCE), tmp_path / "a.pdb"), SEQUENCE).relative
    atoms = beads(SEQUENCE)
    water, ligand, hydrogen = atoms[:1].copy(), place("E", 500, (0, 3, 0)), atoms[:1].copy()
    water.res_name[:], water.atom_name[:], water.element[:], water.hetero[:], water.res_id[:] = "HOH", "O", "O", True, 900
    ligand.hetero[:] = True
    hydrogen.atom_name[:], hydrogen.element[:] = "H", "H"
    full = join([hydrogen, atoms, ligand, water])
    assert read_structure(save(full, tmp_path / "b.pdb"), SEQUENCE).relative == pytest.approx(bare, abs=1e-6)


def test_alternate_places_count_once(tmp_path: Path):
    path = save(beads(SEQUENCE), tmp_path / "a.pdb")
    bare = read_structure(path, SEQUENCE).relative
    lines = []
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("ATOM") and line[12:16].strip() == "CA" and int(line[22:26]) == 5:
            y = float(line[38:46])
            lines += [line[:16] + "A" + line[17:54] + "  0.30" + line[60:]]
            line = line[:16] + "B" + line[17:38] + f"{y + 0.1:8.3f}" + line[46:54] + "  0.70" + line[60:]
        lines.append(line)
    (tmp_path / "b.pdb").write_text("".join(lines))
    found = read_structure(tmp_path / "b.pdb", SEQUENCE).relative
    assert found == pytest.approx(bare, abs=0.03)
    assert found[4] != bare[4]


def test_selenomethionine_is_methionine(tmp_path: Path):
    atoms = beads(SEQUENCE)
    first = atoms.res_id == 1
    atoms.res_name[first], atoms.hetero[first] = "MSE", True
    sulphur = first & (atoms.atom_name == "SD")
    atoms.atom_name[sulphur], atoms.element[sulphur] = "SE", "SE"
    access = read_structure(save(atoms, tmp_path / "mse.pdb"), SEQUENCE)
    assert access.relative[0] == pytest.approx(read_structure(save(beads(SEQUENCE), tmp_path / "a.pdb"), SEQUENCE).relative[0], rel=0.1)


def test_a_residue_without_all_its_atoms_has_no_area(tmp_path: Path):
    atoms = beads(SEQUENCE)
    access = read_structure(save(atoms[~((atoms.res_id == 2) & (atoms.atom_name == "NZ"))], tmp_path / "cut.pdb"), SEQUENCE)
    assert np.flatnonzero(np.isnan(access.relative)).tolist() == [1]
    assert any("lack some of their atoms" in note for note in access.notes)


def test_the_first_of_several_models(tmp_path: Path):
    stack = structure.stack([beads(SEQUENCE), beads(SEQUENCE, apart=5.0)])
    for name in ("nmr.pdb", "nmr.cif"):
        access = read_structure(save(stack, tmp_path / name), SEQUENCE)
        assert access.notes[0] == "the first of 2 models is taken"
        assert access.relative.min() > 1.0


ALPHAFOLD = "ALPHAFOLD MONOMER V2.0 PREDICTION FOR CELLULAR TUMOR ANTIGEN P53 (P04637)"


def test_plddt_of_a_prediction(tmp_path: Path):
    atoms = beads(SEQUENCE)
    expected = 20.0 + np.arange(1, 32)
    for path in (
        save(atoms, tmp_path / "a.pdb", ALPHAFOLD),
        save(atoms, tmp_path / "AF-P04637-F1-model_v4.pdb"),
        save(atoms, tmp_path / "x_unrelaxed_rank_001_alphafold2_ptm_model_1_seed_000.pdb.gz"),
        modelcif(atoms, tmp_path / "a.cif", "pLDDT"),
    ):
        access = read_structure(path, SEQUENCE)
        assert access.confidence == pytest.approx(expected), path.name
        assert any("read as pLDDT" in note for note in access.notes)


def modelcif(atoms: Any, path: Path, metric: str) -> Path:
    text = save(atoms, path).read_text()
    path.write_text(f"{text}loop_\n_ma_qa_metric.id\n_ma_qa_metric.name\n_ma_qa_metric.type\n1 {metric} {metric}\n2 {metric} {metric}\n#\n")
    return path


def test_what_is_no_prediction_has_no_plddt(tmp_path: Path):
    atoms = beads(SEQUENCE)
    solved = save(atoms, tmp_path / "x.pdb", "CRYSTAL STRUCTURE OF AN ALPHAFOLD DESIGN")
    solved.write_text("EXPDTA    X-RAY DIFFRACTION\n" + solved.read_text())
    solved_cif = save(atoms, tmp_path / "x.cif")
    solved_cif.write_text(solved_cif.read_text() + "_exptl.method 'X-RAY DIFFRACTION'\n_struct.title 'AlphaFold design'\n#\n")
    for path in (solved, solved_cif, modelcif(atoms, tmp_path / "swiss.cif", "QMEANDisCo")):
        assert np.isnan(read_structure(path, SEQUENCE).confidence).all(), path.name


@pytest.mark.parametrize("factor", [0.01, 10.0])
def test_b_factors_off_the_scale_are_not_read(tmp_path: Path, factor: float):
    atoms = beads(SEQUENCE)
    atoms.b_factor *= factor
    access = read_structure(save(atoms, tmp_path / "a.pdb", ALPHAFOLD), SEQUENCE)
    assert np.isnan(access.confidence).all()
    assert any("they are not read" in note for note in access.notes)


def refused(path: Path, told: str) -> None:
    with pytest.raises(BadStructure, match=told) as caught:
        read_structure(path, SEQUENCE)
    assert path.name in str(caught.value)


def test_refusals(tmp_path: Path):
    refused(tmp_path / "nothing.pdb", "cannot be read")
    (tmp_path / "a.pdb").write_bytes(b"")
    refused(tmp_path / "a.pdb", "is empty")
    (tmp_path / "a.cif.gz").write_bytes(gzip.compress(b" \n"))
    refused(tmp_path / "a.cif.gz", "is empty")
    (tmp_path / "b.pdb.gz").write_bytes(gzip.compress(b"ATOM" * 1000)[:-12])
    refused(tmp_path / "b.pdb.gz", "cannot be read")
    (tmp_path / "a.xyz").write_text("3\n")
    refused(tmp_path / "a.xyz", r"expected a structure file in \.pdb")
    other = "".join(random.Random(3).choices(RESIDUES, k=80))
    refused(save(beads(other), tmp_path / "other.pdb"), "no chain matches the sequence of 31 residues")
    with pytest.raises(BadQuantity, match="empty sequence"):
        read_structure(tmp_path / "a.pdb", " ")


@pytest.mark.parametrize("name", ["a.pdb", "a.cif", "a.bcif"])
@pytest.mark.parametrize("content", [b"not one\n", b"\x00\xff\x81\xa3abc", b"data_x\nloop_\n_atom_site.id\n", b"HEADER    X\nEND\n"])
def test_broken_files(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, "cannot be read as|holds no atoms")


@pytest.mark.parametrize("name", ["a.pdb", "a.cif", "a.bcif", "a.pdb.gz"])
def test_damage_is_refused_in_words_or_read(tmp_path: Path, name: str):
    whole = save(beads(SEQUENCE), tmp_path / name).read_bytes()
    chance = random.Random(4)
    for _ in range(40):
        damaged = bytearray(whole[: chance.randrange(1, len(whole))])
        for _ in range(chance.randrange(4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / name).write_bytes(bytes(damaged))
        with contextlib.suppress(ExportinError):
            read_structure(tmp_path / name, SEQUENCE)


def test_files_without_protein(tmp_path: Path):
    atoms = info.residue("DA")
    atoms.chain_id[:], atoms.hetero[:] = "A", False
    atoms.set_annotation("b_factor", np.zeros(len(atoms)))
    refused(save(atoms, tmp_path / "dna.pdb"), "nucleic acid and no protein")
    water = atoms[:1]
    water.res_name[:], water.atom_name[:], water.element[:], water.hetero[:] = "HOH", "O", "O", True
    refused(save(water, tmp_path / "water.pdb"), "holds no protein")


def test_without_biotite_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = save(beads(SEQUENCE), tmp_path / "a.pdb")
    monkeypatch.setitem(sys.modules, "biotite.structure", None)  # as if it were not installed
    with pytest.raises(NoBiotite, match=r"pip install 'exportin\[structure\]'"):
        read_structure(path, SEQUENCE)


def shown(relative: float, confidence: float = math.nan) -> Accessibility:
    return Accessibility(np.full(20, relative), np.full(20, confidence), "A", "x.pdb")


@pytest.mark.parametrize(
    ("relative", "confidence", "verdict"),
    [
        (0.1, math.nan, "buried"), (0.1, 90, "buried"), (0.1, 70, "buried"), (0.1, 60, "unknown"), (0.1, 49, "exposed"),
        (0.25, 90, "partly"), (0.25, 60, "unknown"), (0.2, math.nan, "partly"), (0.36, 90, "exposed"), (0.5, 60, "exposed"),
        (math.nan, math.nan, "unknown"),
    ],
)  # fmt: skip
def test_verdicts(relative: float, confidence: float, verdict: str):
    found = burial(shown(relative, confidence), 5, 14, [5, 8, 11, 14])
    assert found.verdict == verdict
    assert found.reason
    assert found.core == pytest.approx(relative, nan_ok=True)
    assert found.confidence == pytest.approx(confidence, nan_ok=True)


@pytest.mark.parametrize(
    ("start", "end", "anchors"), [(0, 5, [1]), (5, 21, [6]), (9, 5, [7]), (5, 14, []), (5, 14, [4, 8]), (5, 14, [8, 15])]
)
def test_places_outside_are_refused(start: int, end: int, anchors: list[int]):
    with pytest.raises(BadQuantity, match="counted from 1"):
        burial(shown(0.1), start, end, anchors)


def test_thresholds_are_in_order_and_named():
    assert 0 < threshold("buried") < threshold("exposed") < 1
    assert 0 < threshold("disordered") < threshold("low") < 100
    with pytest.raises(UnknownName, match="threshold"):
        threshold("burried")


def test_a_scan_says_which_hits_are_buried(tmp_path: Path):
    from exportin.nes.scan import scan_nes

    core, rest = "LALKLAGLDI", "".join(random.Random(2).choices("AGDEKST", k=290))
    hidden = scan_nes({"globule": core + rest}, structure=save(packed(core + rest), tmp_path / "globule.cif"))
    shown = scan_nes({"beads": core + rest[:60]}, structure=save(beads(core + rest[:60]), tmp_path / "beads.pdb"))
    assert [(hit.start, hit.burial.verdict) for hit in hidden if hit.burial and hit.start == 1] == [(1, "buried")]
    assert [(hit.start, hit.burial.verdict) for hit in shown if hit.burial and hit.start == 1] == [(1, "exposed")]
    with pytest.raises(BadSequence, match="a structure belongs to one sequence, and 2 were given"):
        scan_nes({"a": core, "b": core}, structure=tmp_path / "beads.pdb")


def test_a_hit_in_an_experimental_structure_is_json(tmp_path: Path):
    import json

    from exportin.nes.scan import scan_nes
    from exportin.nes.write import gff_lines, tsv_lines

    core = "LALKLAGLDIAGDEKSTAGDEKST"
    hits = scan_nes({"beads": core}, structure=save(beads(core), tmp_path / "beads.pdb"))
    told = json.loads(json.dumps(hits.to_dict(), allow_nan=False))
    assert told["hits"][0]["burial"]["confidence"] is None
    assert told["hits"][0]["burial"]["verdict"] == "exposed"
    assert [line.split("\t")[-1] for line in tsv_lines(hits.by_record())][:2] == ["burial", "exposed"]
    assert ";burial=exposed" in list(gff_lines(hits.by_record()))[2]
