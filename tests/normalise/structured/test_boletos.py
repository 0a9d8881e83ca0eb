"""Slips of banks and collectors against published examples, a rule written a second time, and a slip of the pen."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from recon.normalise.structured.boletos import bar_code, boleto

BANK_LINES = [
    "00190500954014481606906809350314337370000000100",
    "23793381286000782713695000063305975520000370000",
    "34191758010392866293580573180009467700000007388",
    "42297115040000195441160020034520268610000054659",
]
COLLECTION_LINES = [
    "836400000011331201380002812884627116080136181551",  # modulo 10
    "826500000110314400081704924000000027202104000015",
    "858900004609524601791605607593050865831483000010",  # modulo 11
    "858900000018097802702000323858108001011520190292",
]
BAR_CODES = [
    "00193373700000001000500940144816060680935031",
    "83620000000667800481001809756573100158963608",
]


def series(*texts):
    return pl.Series("reference", list(texts), dtype=pl.String)


def modulo_11(digits, instead):
    """Give the check digit as FEBRABAN words it: weights 2 to 9 from the right, 11 less the rest."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    return instead if check > 9 else str(check)


def bank_line(body):
    """Write the typed line of a bar code that is given without its check digit."""
    code = body[:4] + modulo_11(body, "1") + body[4:]
    fields = (code[:4] + code[19:24], code[24:34], code[34:44])
    return code, "".join(field + luhn.calc_check_digit(field) for field in fields) + code[4] + code[
        5:19
    ]


def collection_line(body):
    def check(digits):
        if body[2] in "67":
            return luhn.calc_check_digit(digits)
        return modulo_11(digits, "0")

    code = body[:3] + check(body) + body[3:]
    blocks = [code[at : at + 11] for at in range(0, 44, 11)]
    return code, "".join(block + check(block) for block in blocks)


@pytest.mark.parametrize("reference", [*BANK_LINES, *COLLECTION_LINES, *BAR_CODES])
def test_a_published_slip_holds(reference):
    assert boleto(series(reference)).to_list() == [True]


@pytest.mark.parametrize("reference", [*BANK_LINES, *COLLECTION_LINES])
def test_one_wrong_digit_of_a_typed_line_is_found_by_the_block_or_by_the_whole(reference):
    wrong = [
        reference[:at] + str((int(reference[at]) + 1) % 10) + reference[at + 1 :]
        for at in range(len(reference))
    ]

    assert not boleto(series(*wrong)).any()


def test_the_bar_code_stands_in_the_typed_line():
    assert bar_code(series(BANK_LINES[0], "123")).to_list() == [BAR_CODES[0], None]


@given(st.lists(st.from_regex(r"[0-79][0-9]{42}", fullmatch=True), min_size=1, max_size=10))
def test_lines_of_banks_hold_as_the_rule_writes_them(bodies):
    codes, lines = zip(*(bank_line(body) for body in bodies), strict=True)

    assert boleto(series(*codes, *lines)).all()
    assert bar_code(series(*lines)).to_list() == list(codes)


@given(st.lists(st.from_regex(r"8[0-9][6-9][0-9]{40}", fullmatch=True), min_size=1, max_size=10))
def test_lines_of_collectors_hold_as_the_rule_writes_them(bodies):
    codes, lines = zip(*(collection_line(body) for body in bodies), strict=True)

    assert boleto(series(*codes, *lines)).all()
    assert bar_code(series(*lines)).to_list() == list(codes)


def test_a_slip_of_no_known_length_or_modulus_does_not_hold():
    assert not boleto(series("", "1" * 46, "8" * 47, "0" * 48, "812" + "0" * 41)).any()
