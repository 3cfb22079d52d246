"""Identifiers of other databases: what each looks like, and its check digit where it has one.

Only CAS numbers have a check digit. PubMed, HGNC, UniProt, NCT and Cellosaurus numbers have none, and the last letter of an InChIKey tells
the protonation; of these only the form can be checked.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

__all__ = ["Accession", "AccessionIfKnown", "Cas", "Cellosaurus", "ClaimId", "ClaimIds", "ContradictionId", "Hgnc", "InChIKey", "Trial"]


def _check_digit(number: str) -> str:
    """Refuse a CAS number whose last digit is not the sum of the others, each times its place from the right, modulo ten."""
    if number:
        digits = [int(digit) for digit in number.replace("-", "")]
        expected = sum(place * digit for place, digit in enumerate(reversed(digits[:-1]), start=1)) % 10
        if digits[-1] != expected:
            raise ValueError(f"a CAS number whose check digit is right: {expected} after {number[:-1]!r}, not {digits[-1]}")
    return number


def _claims(text: str) -> str:
    """Numbers of statements between single spaces."""
    if text and not re.fullmatch(r"C\d{3}( C\d{3})*", text):
        raise ValueError("numbers of statements between single spaces, such as C160 C161")
    if len(set(text.split())) != len(text.split()):
        raise ValueError("each statement once")
    return text


# https://www.uniprot.org/help/accession_numbers
_UNIPROT = r"([OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2})"

Accession = Annotated[str, Field(pattern=rf"^{_UNIPROT}$", description="a UniProt accession such as P04637")]
AccessionIfKnown = Annotated[
    str, Field(pattern=rf"^{_UNIPROT}?$", description="a UniProt accession such as P04637; empty for a protein that has none")
]
Cas = Annotated[
    str,
    Field(pattern=r"^([1-9]\d{1,6}-\d\d-\d)?$", description="a CAS number such as 87081-35-4"),
    AfterValidator(_check_digit),
]
Cellosaurus = Annotated[str, Field(pattern=r"^(CVCL_[A-Z0-9]{4})?$", description="a Cellosaurus accession such as CVCL_0030")]
ClaimId = Annotated[str, Field(pattern=r"^C\d{3}$", description="the number of a statement, such as C161")]
ClaimIds = Annotated[str, Field(description="numbers of statements between single spaces, such as C160 C161"), AfterValidator(_claims)]
ContradictionId = Annotated[str, Field(pattern=r"^X\d{2}$", description="the number of a contradiction, such as X05")]
Hgnc = Annotated[str, Field(pattern=r"^(HGNC:[1-9]\d{0,5})?$", description="an HGNC number such as HGNC:11998")]
InChIKey = Annotated[
    str,
    Field(
        pattern=r"^([A-Z]{14}-[A-Z]{8}[SN]A-[A-Z])?$",
        description="an InChIKey of version 1, such as DEVSOMFAQLZNKR-RJRFIUFISA-N",
    ),
]
Trial = Annotated[str, Field(pattern=r"^(NCT\d{8})?$", description="a number of ClinicalTrials.gov such as NCT01607892")]
