"""Slovenian and Croatian models against their published table, read a second time by a plain function."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban
from stdnum.hr import oib
from stdnum.si import ddv

from recon.normalise.structured.models import MODELS, model_holds

# As the two states print it; Slovenia's own models behind.
TABLE = {
    "01": "(P1-P2-P3)K",
    "02": "P1-(P2)K-(P3)K",
    "03": "(P1)K-(P2)K-(P3)K",
    "04": "(P1)K-P2-(P3)K",
    "05": "(P1)K-P2-P3",
    "06": "P1-(P2-P3)K",
    "07": "P1-(P2)K-P3",
    "08": "(P1-P2)K-(P3)K",
    "09": "(P1-P2)K-P3",
    "10": "(P1)K-(P2-P3)K",
    "11": "(P1)K-(P2)K-P3",
    "55": "(P1)K-P2-P3",
}
SLOVENIAN = {"12": "(P1)K"} | dict.fromkeys(
    ("18", "19", "28", "38", "40", "41", "48", "49", "51", "58"), "(P1)K-(P2)K-P3"
)
PRINTED = {
    **{country + model: layout for country in ("SI", "HR") for model, layout in TABLE.items()},
    **{f"SI{model}": layout for model, layout in SLOVENIAN.items()},
}
NUMBERS_OF_8 = [str(number) for number in range(12_000_001, 12_003_000, 3)]
NUMBERS_OF_11 = [f"{number:011d}" for number in range(1_000_000_001, 1_000_003_000, 3)]
NUMBERS_OF_17 = [str(number) for number in range(10**16, 10**16 + 900_000, 997)]
PARTS = st.from_regex(r"[0-9]{1,5}", fullmatch=True)


def check_digit(digits):
    """Weights 2, 3, 4, ... from the right; a rest of 0 or 1 gives 0, any other 11 less the rest."""
    rest = sum(int(digit) * weight for weight, digit in enumerate(reversed(digits), 2)) % 11
    return "0" if rest < 2 else str(11 - rest)


def written(model, parts):
    """Write a reference of a model by the printed layout, each P in turn replaced by its part."""
    text = PRINTED[model]
    for number, part in enumerate(parts, 1):
        text = text.replace(f"P{number}", part)
    return f"{model}-" + re.sub(
        r"\(([0-9-]+)\)K", lambda group: group[1] + check_digit(group[1].replace("-", "")), text
    )


def holds(*references):
    return model_holds(pl.Series("reference", list(references), dtype=pl.String)).to_list()


def test_all_models_of_the_table_are_known_and_no_others():
    assert set(MODELS) == set(PRINTED)


@given(model=st.sampled_from(sorted(PRINTED)), parts=st.tuples(PARTS, PARTS, PARTS))
def test_a_reference_written_by_the_printed_layout_holds(model, parts):
    assert holds(written(model, parts)) == [True]


@pytest.mark.parametrize("model", sorted(PRINTED))
def test_a_wrong_digit_in_a_checked_part_is_found_and_in_another_is_not(model):
    right = written(model, ("4711", "2026", "815"))
    layout = PRINTED[model].replace("(", "").split("-")
    parts = right.split("-")[1:]
    for place, printed in enumerate(layout):
        is_checked = "K" in printed or model in {"SI01", "HR01"}
        is_checked |= model[2:] in {"08", "09"} and place == 0
        is_checked |= model[2:] in {"06", "10"} and place == 1
        first = str((int(parts[place][0]) + 1) % 10)
        wrong = [*parts[:place], first + parts[place][1:], *parts[place + 1 :]]

        assert holds("-".join([model, *wrong])) == [not is_checked]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("HR01-2020-789-1", True),  # published
        ("HR012020-789-1", True),
        ("HR0120207891", True),
        ("HR01-2020-789-2", False),
        ("SI12-1234567890120", True),  # published
        ("SI12-1234567890121", False),
        ("SI05-", False),
        ("SI05-0", False),  # one digit is a check digit of nothing
        ("HR02-4711", False),  # only the first part is given, which this model does not check
        ("HR00-4711", False),
        ("HR12-12343", False),  # Slovenia's only
        ("HR01-1-2-3-4", False),
        ("SI12345678", False),  # a tax number
        ("", False),
    ],
)
def test_a_model_holds_only_where_something_was_checked(reference, expected):
    assert holds(reference) == [expected]


def test_no_reference_gives_no_answer():
    assert holds() == []


def test_a_tax_number_or_an_iban_is_no_reference_though_the_check_of_a_model_holds():
    tax_numbers = ["SI" + number for number in NUMBERS_OF_8 if ddv.is_valid(number)]
    person_numbers = ["HR" + number for number in NUMBERS_OF_11 if oib.is_valid(number)]
    accounts = ["HR" + iban.calc_check_digits("HR00" + number) + number for number in NUMBERS_OF_17]
    written = [*tax_numbers, *person_numbers, *accounts]
    apart = [f"{one[:4]}-{one[4:]}" for one in written]

    assert min(len(tax_numbers), len(person_numbers), len(accounts)) > 50
    assert not any(holds(*written))
    # With its mark apart it can be none of these, and some hold by chance.
    assert any(holds(*apart))
