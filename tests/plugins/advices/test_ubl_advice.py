"""UBL RemittanceAdvice: what its lines pay, and that they make its total."""

from __future__ import annotations

import re

import pytest

from recon.api import UnreadableItems
from recon_advices.ubl import read_ubl
from tests.plugins.advices.samples import ubl, ubl_line


def read(data):
    (advice,) = read_ubl(data, "advice.xml")
    return advice


def test_a_line_is_an_item_and_a_credit_is_taken_off():
    note = "CreditNoteDocumentReference"
    advice = read(ubl(ubl_line("1001", "1500.00"), ubl_line("CN-3", "0", "200.00", kind=note)))

    assert advice[:-1] == ("RA-17", "C1", "ACME GmbH", "ZR-88123", 130_000, "EUR")
    assert advice.parts == (("1001", 150_000), ("CN-3", -20_000))


def test_of_several_documents_of_a_line_it_is_not_said_how_much_goes_to_each():
    assert read(ubl(ubl_line(["1001", "1002"], "1300.00"))).parts == (
        ("1001", None),
        ("1002", None),
    )


def test_a_deduction_without_a_document_is_kept_so_that_the_advice_is_not_believed():
    lines = ubl_line("1001", "1310.00"), ubl_line([], "0", "10.00", at="2")

    assert read(ubl(*lines)).parts == (("1001", 131_000), ("RA-17/2", -1_000))


def test_a_balance_alone_is_what_is_paid():
    line = re.sub("<b:(Debit|Credit)Line.*?</b:.*?>", "", ubl_line("1001")).replace(
        "<a:Billing", '<b:BalanceAmount currencyID="EUR">1300</b:BalanceAmount><a:Billing'
    )

    assert read(ubl(line)).parts == (("1001", 130_000),)


def test_without_a_total_it_is_the_sum_or_what_debits_and_credits_make():
    both = '<b:TotalDebitAmount currencyID="EUR">1500</b:TotalDebitAmount><b:TotalCreditAmount currencyID="EUR">200</b:TotalCreditAmount>'
    lines = ubl_line("1001", "1500.00"), ubl_line("CN-3", "0", "200.00")

    assert read(ubl(*lines, total="")).total == read(ubl(*lines, total=both)).total == 130_000


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (ubl(ubl_line("1", "1299.99")), "its total is 1300.00, and its lines make 1299.99"),
        (ubl(ubl_line("1", "1", "0", more="<b:BalanceAmount>2</b:BalanceAmount>")), "and its balance 2.00"),
        (ubl(), "it has no RemittanceAdviceLine"),
        (ubl(ubl_line("1", "1300,00")), "DebitLineAmount: '1300,00' is no amount"),
        (ubl(ubl_line("1", "1300")).replace(b'currencyID="EUR">1300<', b'currencyID="USD">1300<'), "DebitLineAmount is in USD"),
        (ubl(ubl_line("1", "1300")).replace(b"<b:ID>RA-17</b:ID>", b""), "it has no ID"),
        (ubl(ubl_line("1", "1300"))[:-30], "no XML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_place(data, says):
    with pytest.raises(UnreadableItems, match=re.escape(says)) as caught:
        read(data)
    assert caught.value.place.file == "advice.xml"
    assert caught.value.place.line


def test_a_document_type_is_refused():
    data = ubl(ubl_line("1", "1300")).replace(
        b"?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', 1
    )

    with pytest.raises(UnreadableItems, match="declares a document type"):
        read(data)
