"""Cash discounts of e-invoices: exact to the cent, and none that nobody offered."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import UnreadableItems
from recon_einvoice_items.document import read_document
from recon_einvoice_items.terms import Offer, best_discount, written_offers
from tests.plugins.einvoice_items.test_factur_x import document as cii
from tests.plugins.einvoice_items.test_ubl import document as ubl

DAY = dt.date(2026, 3, 1)


def structured(days="14", percent="2.00", unit="DAY", more=""):
    """Give terms of CII in elements of their own."""
    return f"""<r:ApplicableTradePaymentDiscountTerms>{more}
 <r:BasisPeriodMeasure unitCode="{unit}">{days}</r:BasisPeriodMeasure>
 <r:CalculationPercent>{percent}</r:CalculationPercent></r:ApplicableTradePaymentDiscountTerms>"""


def discount_of(data):
    item, _ = read_document(data, "x.xml")
    return item.discount_amount, item.discount_until


def test_the_words_of_an_xrechnung_are_read_in_both_syntaxes():
    words = "Zahlbar netto\n#SKONTO#TAGE=14#PROZENT=2.00#\n#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG=100.00#\n"
    wanted = (300, dt.date(2026, 3, 8))

    assert discount_of(cii(terms=f"<r:Description>{words}</r:Description>")) == wanted
    note = (
        f"<cac:PaymentTerms><cbc:Note>{words}</cbc:Note></cac:PaymentTerms><cac:LegalMonetaryTotal>"
    )
    assert discount_of(ubl().replace(b"<cac:LegalMonetaryTotal>", note.encode())) == wanted


def test_the_elements_of_factur_x_are_read():
    assert discount_of(cii(terms=structured())) == (238, dt.date(2026, 3, 15))
    basis = "<r:BasisAmount>100.00</r:BasisAmount>"
    assert discount_of(cii(terms=structured(more=basis))) == (200, dt.date(2026, 3, 15))
    begins = (
        '<r:BasisDateTime><u:DateTimeString format="102">{}</u:DateTimeString></r:BasisDateTime>'
    )
    same = structured(more=begins.format("20260301"))
    assert discount_of(cii(terms=same)) == (238, dt.date(2026, 3, 15))
    assert discount_of(cii(terms=structured(more=begins.format("20260401")))) == (None, None)


@pytest.mark.parametrize(
    "terms",
    ["", structured(unit="MON"), "<r:Description>2 % Skonto in 14 Tagen</r:Description>",
     "<r:Description>#VERZUG#TAGE=14#PROZENT=2.00#</r:Description>", structured(percent="0.00")],
)  # fmt: skip
def test_what_offers_no_discount_gives_none(terms):
    assert discount_of(cii(terms=terms)) == (None, None)


def test_what_we_owe_has_no_discount():
    assert discount_of(cii(terms=structured(), code="381")) == (None, None)


@pytest.mark.parametrize("terms", [structured(days="1.5"), structured(percent="2,00")])
def test_a_discount_that_cannot_be_understood_is_an_error(terms):
    with pytest.raises(UnreadableItems, match="no whole days or no percentage"):
        read_document(cii(terms=terms), "x.xml")


def test_words_with_an_amount_that_the_currency_does_not_have_offer_nothing():
    assert written_offers("#SKONTO#TAGE=7#PROZENT=2.00#BASISBETRAG=100.50#", "JPY") == []


def test_without_a_day_of_issue_or_beyond_the_calendar_there_is_no_last_day():
    assert best_discount([Offer(7, "2.00", None)], 10_000, None) is None
    assert best_discount([Offer(7, "2.00", None)], 10_000, dt.date.max) is None


@given(st.integers(1, 10**12), st.integers(1, 99_99))
def test_a_percentage_is_rounded_half_up_to_the_cent(payable, hundredths):
    percent = f"{hundredths // 100}.{hundredths % 100:02d}"
    exact = Decimal(payable) * Decimal(percent) / 100
    amount = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    found = best_discount([Offer(7, percent, None)], payable, DAY)

    assert (found.amount if found else 0) == (amount if amount < payable else 0)
