"""X12 820: the envelopes prove that nothing is missing, and the items that they make the payment."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import UnreadableItems
from recon_advices.edi820 import read_820
from tests.plugins.advices.samples import edi, payment


def read(text, currency="USD"):
    return read_820(text, "pay.edi", currency)


def parts_of(*items, total, before=()):
    (advice,) = read(edi(*payment(total, items=items, before=before)))
    return list(advice.parts)


def test_a_payment_is_an_advice_with_payer_reference_and_items():
    items = ("RMR*IV*INV-1**500.00*500.00", "REF*PO*77", "DTM*003*20260110", "RMR*IV*INV-2**750")
    (advice,) = read(edi(*payment(items=items)))

    assert advice[:-1] == (
        "TRC-2026-0042", "C100", "ACME SUPPLY INC", "TRC-2026-0042", 125_000, "USD",
    )  # fmt: skip
    assert advice.parts == (("INV-1", 50_000), ("INV-2", 75_000))


@pytest.mark.parametrize(
    "written",
    [
        {"divider": "|", "end": "'"},
        {"end": "~"},
        {"end": "~\r\n".replace("\r\n", "\n"), "parts": ":"},
        {"end": "\n", "divider": "^"},
        {"version": "00501"},
    ],
)
def test_the_delimiters_are_those_that_isa_tells(written):
    (advice,) = read(edi(*payment(), **written))

    assert advice.parts == (("INV-1", 125_000),)


def test_lines_that_end_as_on_windows_are_read():
    (advice,) = read(edi(*payment()).replace("\n", "\r\n"))

    assert advice.parts == (("INV-1", 125_000),)


def test_the_currency_is_that_of_cur_else_the_one_given():
    foreign = edi(*payment("1250", items=("RMR*IV*1**1250",)), "CUR*PR*JPY")

    assert [(one.currency, one.total) for one in read(foreign)] == [("JPY", 1_250)]
    assert [one.currency for one in read(edi(*payment()), "CAD")] == ["CAD"]


def test_several_payments_are_several_advices_and_other_sets_are_left_out():
    one = edi(*payment())
    body = one[one.index("ST*") : one.index("GE*")]
    other = body.replace("TRC-2026-0042", "TRC-43").replace("0001", "0002")
    remark = "ST*864*0003~BMG*00~SE*3*0003~"
    found = read(one.replace(body, body + other + remark).replace("GE*1*", "GE*3*"))

    assert [advice.advice_id for advice in found] == ["TRC-2026-0042", "TRC-43"]
    assert len(read(one + one)) == 2


def test_an_adjustment_below_an_item_is_in_what_is_paid_for_it_or_still_to_be_taken_off():
    items = ("RMR*IV*INV-1**490.00*500.00", "ADX*-10.00*01", "RMR*IV*INV-2**100.00")
    gross = ("RMR*IV*INV-1**500.00", "ADX*-10.00*01", "RMR*IV*INV-2**100.00")

    assert parts_of(*items, total="590.00") == [("INV-1", 49_000), ("INV-2", 10_000)]
    assert parts_of(*gross, total="590.00") == [("INV-1", 49_000), ("INV-2", 10_000)]


def test_an_adjustment_beside_the_items_stands_for_itself_by_the_number_that_it_names():
    beside = ("ADX*-25.00*04*CM*CR-9", "ADX*-5.00*06", "REF*IV*INV-1", "ADX*-1.00*L3")

    assert parts_of("RMR*IV*INV-1**500.00", total="469.00", before=beside) == [
        ("INV-1", 49_500),
        ("CR-9", -2_500),
        ("adjustment L3 3", -100),
    ]


def test_an_adjustment_of_the_next_entity_is_not_of_the_last_item():
    items = ("RMR*IV*INV-1**500.00", "ENT*2", "ADX*-20.00*04*CM*CR-9", "RMR*IV*INV-2**20.00")

    assert parts_of(*items, total="500.00") == [
        ("INV-1", 50_000),
        ("INV-2", 2_000),
        ("CR-9", -2_000),
    ]


def test_a_credit_memo_is_negative_whether_it_is_written_so_or_not():
    wanted = [("INV-1", 50_000), ("CR-9", -8_000)]

    assert parts_of("RMR*IV*INV-1**500", "RMR*CM*CR-9**-80", total="420") == wanted
    assert parts_of("RMR*IV*INV-1**500", "RMR*CM*CR-9**80", total="420") == wanted


def test_without_an_amount_paid_it_is_the_invoice_less_its_discount():
    assert parts_of("RMR*IV*INV-1***500.00*10.00", total="490") == [("INV-1", 49_000)]


def test_a_zero_before_the_point_may_be_missing():
    assert parts_of("RMR*IV*INV-1**.50", "RMR*IV*INV-2**-.25", total=".25") == [
        ("INV-1", 50),
        ("INV-2", -25),
    ]


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        (edi(*payment("1249.99")), "the payment is of 1249.99, and its items make 1250.00", 3),
        (edi(*payment(), counted=8), "SE counts '8', and there are 9", 11),
        (edi(*payment()).replace("GE*1*7", "GE*2*7"), "GE counts '2', and there are 1", 12),
        (edi(*payment()).replace("IEA*1*000000007", "IEA*1*000000008"), "IEA has the control number", 13),
        (edi(*payment()).replace("SE*9*0001", "SE*9*0002"), "SE has the control number '0002'", 11),
        (edi(*payment())[:-20], "the last segment is not closed", 12),
        (edi(*payment()).replace("IEA*1*000000007~\n", ""), "the file ends before this ISA is closed", 1),
        (edi(*payment()).replace("ACME           ", "ACME", 1), "ISA is not 106 characters wide", 1),
        (edi(*payment("1,250.00")), "BPR02 '1,250.00' is no amount of USD", 4),
        (edi(*payment(items=("RMR*IV*INV-1",))), "RMR04 does not say what is paid", 10),
        (edi(*payment(items=("RMR*IV**1250",))), "RMR02 names no item", 10),
        (edi(*payment(items=())), "the payment names no item", 3),
        (edi("RMR*IV*INV-1**5"), "the payment has no BPR", 3),
        (edi(*payment(), "CUR*PR*DOLLAR"), "CUR02 'DOLLAR' is no ISO 4217 currency", 11),
        (edi(*payment()).replace("*C*ACH", "*D*ACH"), "takes money from its receiver", 4),
        ("ST*820*0001~SE*2*0001~", "an interchange begins with ISA", 1),
        (edi(*payment()).replace("ST*820*0001~\n", ""), "BPR stands outside ST and SE", 3),
        (edi(*payment()).replace("ST*820*0001~\n", "ST*820*0001~\nST*820*0001~\n"), "ST stands in ST", 4),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_with_its_place(text, says, line):
    with pytest.raises(UnreadableItems, match=re.escape(says)) as caught:
        read(text)

    assert (caught.value.place.file, caught.value.place.line) == ("pay.edi", line)
    assert caught.value.excerpt


@given(st.data())
def test_no_segment_can_be_lost_or_doubled(data):
    items = [f"RMR*IV*INV-{at}**{at}.00" for at in range(1, 6)]
    rows = edi(*payment("15.00", items=items)).splitlines()
    at = data.draw(st.integers(0, len(rows) - 1))
    changed = [
        *rows[:at],
        *(rows[at : at + 1] * data.draw(st.sampled_from([0, 2]))),
        *rows[at + 1 :],
    ]

    with pytest.raises(UnreadableItems):
        read("\n".join(changed))


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=9))
def test_every_amount_comes_through_and_makes_the_total(minors):
    def told(minor):
        return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"

    items = [f"RMR*IV*{at}**{told(minor)}" for at, minor in enumerate(minors)]
    (advice,) = read(edi(*payment(told(sum(minors)), items=items)))

    assert [part.amount for part in advice.parts] == minors
    assert advice.total == sum(minors)
