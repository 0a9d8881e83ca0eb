"""Balances with the noise of binary numbers: rounded where the entries prove them, else refused as before."""

from __future__ import annotations

import pytest

from recon.api import ParsedStatements, SourceFile
from recon_camt.noise import without_noise
from recon_camt.plugin import Camt
from tests.formats.camt.test_camt_traps import BALANCE, CREDIT, document, entry, read


def with_balances(opening: str, closing: str, *entries: str) -> bytes:
    balances = BALANCE.format("OPBD", opening, CREDIT) + BALANCE.format("CLBD", closing, CREDIT)
    return document(*entries, balances=balances)


def balances(parsed: ParsedStatements) -> list[tuple[int | None, ...]]:
    return parsed.statements.select("opening_balance", "closing_balance").rows()


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("100.0000000000005", "66.0000000000001"),
        ("99.99999999999997", "66.00"),
        ("100.00", "65.9999999999999"),
    ],
)
def test_noise_is_rounded_away_where_the_entries_prove_the_balance(
    opening: str, closing: str
) -> None:
    parsed = read(with_balances(opening, closing, entry("34.00", sign="DBIT")))

    assert balances(parsed) == [(10000, 6600)]
    assert parsed.rejects.is_empty()
    [finding] = parsed.findings
    assert "noise of binary numbers" in finding
    assert all((text in finding) == (len(text) > 6) for text in (opening, closing))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("100.0000000000005", "66.01"),
        ("100.0000000000005", "67.0000000000001"),
        ("100.0100000000005", "66.0000000000001"),
    ],
)
def test_noise_stays_refused_where_the_entries_do_not_prove_the_balance(
    opening: str, closing: str
) -> None:
    parsed = read(with_balances(opening, closing, entry("34.00", sign="DBIT")))

    assert balances(parsed)[0][0] is None
    assert set(parsed.rejects["code"]) == {"no-balance"}
    assert parsed.findings == ()


@pytest.mark.parametrize("closing", ["67.00", "101.00"])
def test_an_entry_with_noise_is_refused_and_its_statement_proves_no_balance(closing: str) -> None:
    entries = (entry("34.0000000000001", sign="DBIT"), entry("1.00"))
    parsed = read(with_balances("100.0000000000005", closing, *entries))

    assert parsed.lines["amount"].to_list() == [100]
    assert sorted(parsed.rejects["code"]) == ["no-amount", "no-balance"]


@pytest.mark.parametrize(
    "text",
    [
        "100.005",
        "100.0000005",
        "100.00000000005",
        "100.0010000000005",
        "0.0000000000005",
        "100.00000000000000005",
        "1e2",
        "",
    ],
)
def test_what_is_no_print_of_a_binary_number_near_a_minor_unit_stays_as_it_is(text: str) -> None:
    assert without_noise(text, "EUR") == text


def test_noise_is_told_by_the_decimals_of_the_currency() -> None:
    assert without_noise("99999.9999999999", "JPY") == "100000"
    assert without_noise("10.1230000000001", "KWD") == "10.123"
    assert without_noise("10.1230000000001", "EUR") == "10.1230000000001"
    assert without_noise("10.1230000000001", None) == "10.1230000000001"


def test_a_file_with_noise_is_read_among_others_as_it_is_alone() -> None:
    noisy = with_balances("100.0000000000005", "66.00", entry("34.00", sign="DBIT"))
    sources = [SourceFile(f"{n}.xml", data) for n, data in enumerate([noisy, document(entry("1"))])]
    alone = [Camt().read(source, {}) for source in sources]
    together = [
        parsed or Camt().read(source, {})
        for parsed, source in zip(Camt().read_many(sources, {}), sources, strict=True)
    ]

    assert [one.findings for one in together] == [one.findings for one in alone]
    assert [balances(one) for one in together] == [balances(one) for one in alone]
