"""The dialects of field 86, a rule a test."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from recon.api import SourceFile
from recon_mt940.plugin import Mt940

FULL = "x" * 27
ENTRY = "260115C1,00NTRFNONREF"


def read_line(*narratives: list[str], entry: str = ENTRY, bank_text: tuple[str, ...] = ()) -> Any:
    """Read one entry with its narratives, each a list of lines; `extras` is a dict without the type."""
    fields = [":86:" + "\n".join(lines) for lines in narratives]
    fields += [f":NS:{text}" for text in bank_text]
    head = ":20:X\n:25:1\n:28C:1/1\n:60F:C260114EUR0,00\n"
    text = "\n".join([f"{head}:61:{entry}", *fields, ":62F:C260115EUR1,00", "-", ""])
    parsed = Mt940().read(SourceFile("narrative.sta", text.encode()), {})
    [line] = parsed.lines.to_dicts()
    line["extras"] = {k: v for k, v in json.loads(line["extras"] or "{}").items() if k != "type"}
    return SimpleNamespace(**line, dialect=parsed.statements["dialect"][0])


def read_narrative(lines: list[str]) -> Any:
    return read_line(lines)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([FULL, "1001"], f"{FULL}1001"),
        (["Invoice", "1001"], "Invoice 1001"),
        (["Invoice ", "1001"], "Invoice 1001"),
        (["Invoice 1001", "EREF+X"], "Invoice 1001"),
        ([FULL, "SVWZ+Invoice"], f"{FULL} Invoice"),
        (["SVWZ+Invoi", "", "ce"], "Invoi ce"),
        (["one", "IBAN SVWZ+two"], "one IBAN two"),
        ([""], ""),
    ],
)
def test_a_full_subfield_goes_on_in_the_next_one(parts: list[str], text: str) -> None:
    subfields = [f"?{number}{part}" for number, part in enumerate(parts, start=20)]

    assert read_narrative(["166?00X" + "".join(subfields)]).remittance == text


def test_the_purpose_goes_on_behind_the_name() -> None:
    read = read_narrative([f"166?20one?29{FULL}?32ACME ?33GMBH?60 1001?61{FULL}?622"])

    assert read.remittance == f"one {FULL} 1001 {FULL}2"
    assert read.payer_name == "ACME GMBH"


def test_a_keyword_may_be_broken_by_the_end_of_a_subfield() -> None:
    assert read_narrative([f"166?20{'x' * 22} EREF?21+E-1"]).end_to_end_id == "E-1"
    assert read_narrative([f"166?20{'X' * 23}EREF?21+E-1"]).end_to_end_id is None


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["a" * 65, "b"], "a" * 65 + "b"),
        (["a" * 61, "b"], "a" * 61 + "b"),
        (["\u00e4" * 59, "b"], "\u00e4" * 59 + " b"),
        (["\u00e4" * 60, "b"], "\u00e4" * 60 + "b"),
        (["short line", "next"], "short line next"),
        (["short line", "", "next"], "short line next"),
        (["ends with a blank ", "next"], "ends with a blank next"),
    ],
)
def test_a_full_line_goes_on_in_the_next_one(lines: list[str], text: str) -> None:
    assert read_narrative(lines).remittance == text


def test_a_second_field_86_is_a_text_of_its_own() -> None:
    assert read_line(["a" * 65], ["b"]).remittance == "a" * 65 + " b"


@pytest.mark.parametrize("mark", "?<>^~+|")
def test_the_separator_of_german_subfields_is_the_banks_choice(mark: str) -> None:
    text = "166?00CREDIT?20EREF X?30BANKDEFF?31DE89 3704?32ACME?33 GMBH".replace("?", mark)
    read = read_narrative([text])

    assert (read.transaction_code, read.transaction_text) == ("166", "CREDIT")
    assert (read.payer_name, read.payer_account) == ("ACME GMBH", "DE893704")
    assert (read.payer_bank, read.remittance) == ("BANKDEFF", "EREF X")
    assert read.dialect == f"structured-{mark}"


@pytest.mark.parametrize("blanks", [" ", "   "])
def test_blanks_before_the_head_hide_no_dialect(blanks: str) -> None:
    german = read_narrative([f"{blanks}166?00TRANSFER?20INVOICE 1001?", "32ACME LTD "])
    slashed = read_narrative([f"{blanks}/NAME/ACME LTD/REMI/INVOICE 1001"])

    assert (german.dialect, slashed.dialect) == ("structured-?", "slash-codes")
    assert german.payer_name == slashed.payer_name == "ACME LTD"
    assert german.remittance == slashed.remittance == "INVOICE 1001"


def test_a_narrative_of_blanks_is_none() -> None:
    assert read_narrative(["   "]).remittance == ""


def test_keywords_are_taken_out_of_the_purpose() -> None:
    read = read_narrative(
        ["166?20EREF+E-1?21KREF+K-1?22MREF+M-1?23CRED+DE98ZZZ?24ABWA+OTHER?25SVWZ+Invoice 7"]
    )

    assert (read.end_to_end_id, read.customer_reference, read.mandate_id) == ("E-1", "K-1", "M-1")
    assert read.remittance == "Invoice 7"
    assert (read.creditor_id, read.extras) == ("DE98ZZZ", {})
    # The initiator of a collection is its creditor.
    assert (read.ultimate_creditor, read.ultimate_debtor) == ("OTHER", None)


def test_keywords_with_a_colon_are_the_same() -> None:
    read = read_narrative(["166?20Invoice 7?21EREF: E-1?22IBAN: DE12 BIC: BANKDEFF"])

    assert (read.end_to_end_id, read.payer_account, read.payer_bank) == ("E-1", "DE12", "BANKDEFF")
    assert read.remittance == "Invoice 7"


def test_a_reference_that_was_not_provided_is_none() -> None:
    read = read_narrative(["166?20EREF+NOTPROVIDED?21SVWZ+x"])

    assert read.end_to_end_id is None
    assert read.extras == {"EREF": "NOTPROVIDED"}


def test_an_account_in_the_text_does_not_replace_the_banks() -> None:
    read = read_narrative(["166?20IBAN+DE99?21SVWZ+x?31DE89"])

    assert read.payer_account == "DE89"
    assert read.extras == {"IBAN": "DE99"}


def test_two_account_subfields_are_no_account_and_both_are_shown() -> None:
    read = read_narrative(["166?20text ?31DE99 more?31DE89?32ACME"])

    assert read.payer_account is None
    assert read.extras == {"?31": "DE99 more | DE89"}


def test_slash_codes_may_be_split_over_lines_and_values_may_hold_slashes() -> None:
    first = "/TRTP/SEPA OVERBOEKING/IBAN/NL20INGB0001234567/BIC/INGBNL2A/N"
    read = read_narrative([first, "AME/A/B BV/REMI/INV 1/2026/EREF/E-1"])

    assert len(first) == 61
    assert (read.payer_name, read.payer_account) == ("A/B BV", "NL20INGB0001234567")
    assert (read.remittance, read.end_to_end_id) == ("INV 1/2026", "E-1")


def test_a_repeated_remittance_code_is_one_text() -> None:
    assert read_narrative(["/REMI/first/REMI/second"]).remittance == "first second"


def test_the_structured_reference_has_its_own_column() -> None:
    read = read_narrative(["/CNTP/NL91ABNA0417164300/ABNANL2A/ACME//REMI/STRD/CUR/900120011234/"])

    assert read.structured_reference == "900120011234"
    assert (read.payer_account, read.payer_name) == ("NL91ABNA0417164300", "ACME")
    assert read.remittance == ""


def test_text_behind_an_original_amount_is_the_payers() -> None:
    read = read_narrative(["/OCMT/USD2853,12/PAYMENT OF INVOICES 204011665"])

    assert read.remittance == "PAYMENT OF INVOICES 204011665"
    assert (read.original_currency, read.original_amount) == ("USD", 285312)
    assert read.extras == {}


def test_dutch_words_with_colons_are_read() -> None:
    read = read_narrative(
        ["SEPA IDEAL IBAN: NL70ABNA0888888888 BIC: ABNANL2A NAAM: NS GROEP OMSCHRIJVING: E-TICKET"]
    )

    assert (read.transaction_text, read.payer_name) == ("SEPA IDEAL", "NS GROEP")
    assert (read.payer_account, read.remittance) == ("NL70ABNA0888888888", "E-TICKET")


def test_text_of_no_dialect_is_remittance_as_it_stands() -> None:
    read = read_narrative(["INV 1001 /  1002?", "THANKS: ALL"])

    assert read.remittance == "INV 1001 / 1002? THANKS: ALL"
    assert read.extras == {}


def test_no_field_86_leaves_the_remittance_empty() -> None:
    line = read_line(entry="260115C1,00NCHK000345//B1\nCheque deposit")

    assert (line.remittance, line.cheque_number) == ("", "000345")
    assert line.transaction_text == "Cheque deposit"


def test_free_text_of_the_bank_stands_in_for_a_missing_field_86() -> None:
    assert read_line(bank_text=("01INV 7", "15ACME")).remittance == "01INV 7 15ACME"
    line = read_line(["INV 7"], bank_text=("15ACME",))

    assert (line.remittance, line.extras) == ("INV 7", {"NS": "15ACME"})


@pytest.mark.parametrize(
    "parts",
    [
        ["?20Invoice 7?21EREF+E1"],
        ["?20Invoice 7 EREF+E1"],
        ["?20Invoice 7?21EREF:?22E1"],
        [f"?20{'Invoice 7'.ljust(23)}EREF?21+E1"],
        [f"?20{'Invoice 7'.ljust(26)}E?21REF+E1"],
    ],
)
def test_a_keyword_is_found_at_the_start_of_a_subfield_inside_it_and_across_two(parts: list[str]):
    line = read_narrative([f"166?00UEBERWEISUNG{''.join(parts)}"])

    assert (line.remittance, line.end_to_end_id) == ("Invoice 7", "E1")
