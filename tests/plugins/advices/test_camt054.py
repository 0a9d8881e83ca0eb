"""Credit notifications: what an entry of many payments pays, proved against the entry."""

from __future__ import annotations

import re

import pytest

from recon.api import UnreadableItems
from recon_advices.camt054 import read_camt054
from tests.plugins.advices.samples import camt054, detail, structured


def read(data):
    return read_camt054(data, "n.xml")


@pytest.mark.parametrize("old", [True, False])
def test_an_entry_is_an_advice_of_what_its_payments_pay(old):
    data = camt054(
        detail("200.00", structured("1001"), old=old),
        detail("150.00", structured(reference="RF18539007547034"), payer="Beispiel GmbH", old=old),
        version="02" if old else "13",
    )
    (advice,) = read(data)

    assert advice[:-1] == ("N-7/1", None, None, "BATCH-2026-0210", 35_000, "CHF")
    assert advice.parts == (("1001", 20_000), ("RF18539007547034", 15_000))


def test_a_payment_for_several_documents_tells_what_goes_to_each_with_credit_notes_off():
    strd = structured("1001", "400") + structured("CN-1", "50", code="CREN")
    (advice,) = read(camt054(detail("350.00", strd)))

    assert advice.payer_name == "Muster AG"
    assert advice.parts == (("1001", 40_000), ("CN-1", -5_000))
    strd = structured("1001", "400") + structured("CN-1", "50", word="CdtNoteAmt")
    assert read(camt054(detail("350.00", strd)))[0].parts == advice.parts


def test_a_sole_payment_needs_no_amount_of_its_own():
    (advice,) = read(camt054(detail("", structured("1001"))))

    assert advice.parts == (("1001", 35_000),)


def test_text_names_an_item_as_a_whole_and_nothing_said_is_not_lost():
    (advice,) = read(camt054(detail("200.00", "<Ustrd>INV 1001</Ustrd>"), detail("150.00")))

    assert advice.parts == (("INV 1001", 20_000), ("N-7/1.2", 15_000))


def test_what_was_taken_off_counts_against():
    (advice,) = read(
        camt054(detail("400", structured("1")), detail("50", structured("2"), sign="DBIT"))
    )

    assert advice.parts == (("1", 40_000), ("2", -5_000))


def test_debits_reversals_and_entries_without_details_announce_nothing():
    assert read(camt054(detail("350.00"), sign="DBIT")) == []
    assert read(camt054(detail("350.00"), more="<RvslInd>true</RvslInd>")) == []
    assert read(camt054()) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (camt054(detail("200.00"), detail("149.00")), "the entry is of 350.00, and its details make 349.00"),
        (camt054(detail("200.00"), detail("")), "not every one of its details has an amount"),
        (camt054(detail("350", structured("1", "300") + structured("2", "49"))), "its documents make 349.00"),
        (camt054(detail("350")).replace(b'<Amt Ccy="CHF">350<', b'<Amt Ccy="EUR">350<'), "Amt is in EUR"),
        (camt054(detail("350")).replace(b"<Id>N-7</Id>", b""), "it has no Id"),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_refused_with_its_line(data, says):
    with pytest.raises(UnreadableItems, match=re.escape(says)) as caught:
        read(data)
    assert caught.value.place.file == "n.xml"
    assert caught.value.place.line
