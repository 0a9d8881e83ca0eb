"""Any statement, rendered as a bank would write it, is read back as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from recon.api import ReconError, SourceFile, format_minor
from recon_mt940.plugin import Mt940

# Field 86 is wrapped at 65 characters, its tag included, and its sub-fields hold 27.
LINE, SUBFIELD = 65, 27
WORDS = st.text(alphabet="ABCXYZabcxyz0189 .,/()", max_size=120).map(
    lambda text: " ".join(text.split())
)
NAMES = st.text(alphabet="ABCXYZabcxyz &.", max_size=50).map(lambda text: " ".join(text.split()))
REFERENCES = st.text(alphabet="ABCXYZ0189", min_size=1, max_size=16)
DATES = st.dates(dt.date(1971, 1, 1), dt.date(2068, 12, 1))
AMOUNTS = st.integers(min_value=0, max_value=10**12)


@dataclass(frozen=True)
class Entry:
    booking_date: dt.date
    value_date: dt.date
    mark: str
    size: int
    bank_reference: str
    end_to_end_id: str
    remittance: str
    payer_name: str
    payer_account: str

    @property
    def amount(self) -> int:
        return self.size if self.mark in {"C", "RD"} else -self.size


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    value_date = draw(DATES)
    shift = draw(st.integers(min_value=-90, max_value=90))
    return Entry(
        booking_date=value_date + dt.timedelta(days=shift),
        value_date=value_date,
        mark=draw(st.sampled_from(["C", "D", "RC", "RD"])),
        size=draw(AMOUNTS),
        bank_reference=draw(REFERENCES),
        end_to_end_id=draw(REFERENCES),
        remittance=draw(WORDS),
        payer_name=draw(NAMES),
        payer_account=draw(REFERENCES),
    )


def render(rows: list[Entry], currency: str, opening: int, mark: str) -> str:
    closing = opening + sum(row.amount for row in rows)
    fields = [
        ":20:ROUNDTRIP",
        ":25:DE89370400440532013000",
        ":28C:42/1",
        f":60F:{balance(opening, currency)}",
    ]
    for row in rows:
        fields.append(
            f":61:{row.value_date:%y%m%d}{row.booking_date:%m%d}{row.mark}"
            f"{amount(row.size, currency)}NTRFNONREF//{row.bank_reference}"
        )
        fields.append(narrative(row, mark))
    return "\r\n".join([*fields, f":62F:{balance(closing, currency)}", "-", ""])


def balance(minor: int, currency: str) -> str:
    return f"{'D' if minor < 0 else 'C'}260131{currency}{amount(abs(minor), currency)}"


def amount(minor: int, currency: str) -> str:
    text = format_minor(minor, currency).replace(".", ",")
    return text if "," in text else f"{text},"


def narrative(row: Entry, mark: str) -> str:
    purpose = [f"EREF+{row.end_to_end_id}", *chunks(f"SVWZ+{row.remittance}")]
    numbered = [f"{mark}{20 + number}{part}" for number, part in enumerate(purpose)]
    names = [f"{mark}{32 + number}{part}" for number, part in enumerate(chunks(row.payer_name))]
    text = ":86:166" + f"{mark}00GUTSCHRIFT" + "".join(numbered) + f"{mark}31{row.payer_account}"
    text += "".join(names)
    return "\r\n".join(text[start : start + LINE] for start in range(0, len(text), LINE))


def chunks(text: str) -> list[str]:
    return [text[start : start + SUBFIELD] for start in range(0, len(text), SUBFIELD)]


@given(
    rows=st.lists(entries(), max_size=4),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    opening=st.integers(min_value=-(10**12), max_value=10**12),
    mark=st.sampled_from("?>~^"),
)
def test_a_rendered_statement_is_read_back_as_it_was(
    rows: list[Entry], currency: str, opening: int, mark: str
) -> None:
    text = render(rows, currency, opening, mark)
    parsed = Mt940().read(SourceFile("round.sta", text.encode()), {})

    [statement] = parsed.statements.to_dicts()
    assert statement["opening_balance"] == opening
    assert statement["closing_balance"] == opening + sum(row.amount for row in rows)
    assert (statement["currency"], statement["line_count"]) == (currency, len(rows))
    assert parsed.rejects.is_empty()
    assert parsed.lines.select(
        "booking_date", "value_date", "amount", "bank_reference", "end_to_end_id",
        "remittance", "payer_name", "payer_account", "is_reversal",
    ).rows() == [
        (
            row.booking_date, row.value_date, row.amount, row.bank_reference, row.end_to_end_id,
            row.remittance, row.payer_name or None, row.payer_account, row.mark in {"RC", "RD"},
        )
        for row in rows
    ]  # fmt: skip


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=400))
def test_arbitrary_bytes_give_a_parse_or_a_named_error(noise: bytes, position: int) -> None:
    whole = render([], "EUR", 100, "?").encode()
    at = min(position, len(whole))
    try:
        parsed = Mt940().read(SourceFile("noise.sta", whole[:at] + noise + whole[at:]), {})
    except ReconError:
        return

    assert parsed.statements["line_count"].sum() == len(parsed.lines) + len(parsed.rejects)
