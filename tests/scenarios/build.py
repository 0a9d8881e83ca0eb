"""Build the frames of a small world: from scenario facts, or from plain rows of a property test."""

from __future__ import annotations

import datetime as dt
import string
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from recon.apply.allocate import allocate
from recon.apply.conserve import check_identities
from recon.apply.entries import build_entries
from recon.config import Policy
from recon.frames.batches import Batches
from recon.frames.history import ConfirmedAllocations, History, RefusedPairs
from recon.frames.items import ClosedItems, Items
from recon.frames.lines import Lines
from recon.frames.parties import Parties, Remittances
from recon.money import exponent, parse_minor
from recon.run.matching import Matched, MatchInputs, match_lines

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.allocations import Allocations
    from recon.frames.entries import Entries
    from recon.match.plan import Matched
    from tests.scenarios.language import Fact, Scenario

OUR_ACCOUNT = "DE02100100100109307118"
# Lines of the history are numbered from here, so that they are none of today's.
_FIRST_PAST = 10_000


@dataclass(frozen=True, slots=True)
class World:
    """Everything that one matching works on, and what the lines are called in the text."""

    inputs: MatchInputs
    policy: Policy
    line_names: dict[str, str]  # line_id -> name


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that came out."""

    matched: Matched
    allocations: dy.DataFrame[Allocations]
    entries: dy.DataFrame[Entries]


def run_world(inputs: MatchInputs, policy: Policy) -> Outcome:
    """Match, apply and prove, as the flow of a run does."""
    matched = match_lines(inputs, policy)
    allocations = allocate(inputs.lines, inputs.items, matched.proposals, matched.members)
    entries = build_entries(inputs.lines, allocations, policy)
    check_identities(inputs.lines, inputs.items, matched.decisions, allocations, entries)
    return Outcome(matched, allocations, entries)


def line_id(number: int) -> str:
    """Give the id of the n-th line: ids sort as the lines are written."""
    letters = ""
    for _ in range(16):
        number, rest = divmod(number, 26)
        letters = string.ascii_lowercase[rest] + letters
    return "L" + letters


def lines_frame(rows: list[dict[str, Any]]) -> dy.DataFrame[Lines]:
    """Build lines from rows that name only what matters; the rest is plain."""
    plain = dict.fromkeys(Lines.column_names()) | {
        "statement_index": 0,
        "currency": "EUR",
        "status": "booked",
        "remittance": "",
        "is_reversal": False,
        "statement_id": "s1",
        "file": "bank.sta",
        "account": OUR_ACCOUNT,
        "occurrence": 0,
        "copies": 0,
        "is_held": False,
    }
    full = [
        {**plain, "record": at + 1, "line_id": line_id(at), **row} for at, row in enumerate(rows)
    ]
    return _frame(Lines, full)


def items_frame(rows: list[dict[str, Any]]) -> dy.DataFrame[Items]:
    """Build open items from rows that name only what matters."""
    plain = dict.fromkeys(Items.column_names()) | {"currency": "EUR"}
    full = []
    for row in rows:
        kind = "credit_note" if row["open_amount"] < 0 else "invoice"
        full.append(
            {**plain, "item_id": row["number"], "kind": kind, "amount": row["open_amount"], **row}
        )
    return _frame(Items, full)


def parties_frame(rows: list[dict[str, Any]]) -> dy.DataFrame[Parties]:
    """Build customers from rows that name only what matters."""
    plain = {
        "name": None,
        "country": None,
        "parent_customer_id": None,
        "accounts": [],
        "aliases": [],
    }
    return _frame(Parties, [{**plain, **row} for row in rows])


def closed_frame(rows: list[dict[str, Any]]) -> dy.DataFrame[ClosedItems]:
    """Build closed items from rows that name only what matters."""
    return _frame(
        ClosedItems, [{**dict.fromkeys(ClosedItems.column_names()), **row} for row in rows]
    )


def batches_frame(rows: list[dict[str, Any]]) -> dy.DataFrame[Batches]:
    """Build the parts of batches from rows that name only what matters."""
    plain = dict.fromkeys(Batches.column_names()) | {
        "file": "payouts.csv",
        "currency": "EUR",
        "kind": "payment",
        "fee": 0,
    }
    return _frame(Batches, [{**plain, "row": at + 2, **row} for at, row in enumerate(rows)])


def history_of(
    lines: list[dict[str, Any]],
    confirmed: list[dict[str, Any]],
    refused: list[dict[str, Any]] | None = None,
) -> History:
    """Put a history together from rows that name only what matters; its lines are numbered from _FIRST_PAST."""
    known = [{"line_id": line_id(_FIRST_PAST + at), **row} for at, row in enumerate(lines)]
    plain = dict.fromkeys(ConfirmedAllocations.column_names()) | {"kind": "payment"}
    asked = dict.fromkeys(RefusedPairs.column_names())
    return History(
        lines_frame(known),
        _frame(ConfirmedAllocations, [{**plain, **row} for row in confirmed]),
        _frame(RefusedPairs, [{**asked, **row} for row in refused or []]),
    )


def _frame(schema: Any, rows: list[dict[str, Any]]) -> Any:
    empty = schema.create_empty()
    return schema.validate(pl.DataFrame(rows, schema=empty.schema, orient="row"))


def inputs_of(
    lines: Any,
    items: Any,
    parties: Any = None,
    closed: Any = None,
    own: tuple[str, ...] = (OUR_ACCOUNT,),
    history: History | None = None,
    *,
    batches: Any = None,
    remittances: Any = None,
) -> MatchInputs:
    """Put frames together as the flow of a run does."""
    return MatchInputs(
        lines=lines,
        items=items,
        parties=parties if parties is not None else parties_frame([]),
        closed=closed if closed is not None else closed_frame([]),
        own_accounts=pl.Series("account", sorted(own), dtype=pl.String),
        history=history,
        batches=batches,
        remittances=remittances,
    )


def build_world(scenario: Scenario) -> World:
    """Build the world that a scenario describes."""
    verbs = (
        "line",
        "item",
        "customer",
        "closed",
        "own",
        "past",
        "refused",
        "batch",
        "part",
        "advice",
    )
    facts = {verb: scenario.facts.get(verb, []) for verb in verbs}
    rows = [_line(fact) for fact in facts["line"]]
    lines = lines_frame(rows)
    accounts = {row.get("account", OUR_ACCOUNT) for row in rows} | {
        fact.words[0] for fact in facts["own"]
    }
    inputs = inputs_of(
        lines,
        items_frame([_item(fact) for fact in facts["item"]]),
        parties_frame([_customer(fact) for fact in facts["customer"]]),
        closed_frame(
            [{"number": fact.words[0], "customer_id": fact.one("of")} for fact in facts["closed"]]
        ),
        tuple(accounts),
        _history(facts["past"], facts["refused"], [fact.words[0] for fact in facts["line"]]),
        batches=batches_frame(_parts(facts["batch"], facts["part"])),
        remittances=_frame(Remittances, [row for one in facts["advice"] for row in _advice(one)]),
    )
    raw = tomllib.loads("\n".join(scenario.policy), parse_float=str)
    names = {line_id(at): fact.words[0] for at, fact in enumerate(facts["line"])}
    return World(inputs, msgspec.convert(raw, Policy, strict=False), names)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _said(fact: Fact, columns: dict[str, str]) -> dict[str, Any]:
    return {
        column: fact.one(name) for name, column in columns.items() if fact.one(name) is not None
    }


def _line(fact: Fact) -> dict[str, Any]:
    _, date, amount, currency, text = fact.words
    columns = {
        "from": "payer_name",
        "account": "payer_account",
        "payref": "structured_reference",
        "e2e": "end_to_end_id",
        "custref": "customer_reference",
        "code": "transaction_code",
        "booking": "transaction_text",
        "into": "account",
        "bankref": "bank_reference",
        "mandate": "mandate_id",
    }
    return {
        "booking_date": _date(date),
        "value_date": _date(fact.one("value")),
        "currency": currency,
        "remittance": text,
        "amount": parse_minor(amount, exponent(currency)),
        "is_held": fact.one("held") is not None,
        "is_reversal": fact.one("reversal") is not None,
        **_said(fact, columns),
    }


def _item(fact: Fact) -> dict[str, Any]:
    number, amount, currency = fact.words
    columns = {
        "of": "customer_id",
        "name": "customer_name",
        "id": "item_id",
        "kind": "kind",
        "payref": "payment_reference",
        "po": "purchase_order",
    }
    money = {"discount": "discount_amount", "original": "amount"}
    return {
        "number": number,
        "currency": currency,
        "open_amount": parse_minor(amount, exponent(currency)),
        "issue_date": _date(fact.one("issued")),
        "due_date": _date(fact.one("due")),
        "discount_until": _date(fact.one("until")),
        **_said(fact, columns),
        **{
            column: parse_minor(said, exponent(currency))
            for name, column in money.items()
            if (said := fact.one(name))
        },
    }


def _history(past: list[Fact], refused: list[Fact], line_names: list[str]) -> History:
    confirmed = [row for at, fact in enumerate(past) for row in _confirmed(fact, _FIRST_PAST + at)]
    return history_of(
        [_past(fact) for fact in past], confirmed, [_refused(fact, line_names) for fact in refused]
    )


def _past(fact: Fact) -> dict[str, Any]:
    _, date, amount, currency = fact.words
    return {
        "booking_date": _date(date),
        "currency": currency,
        "amount": parse_minor(amount, exponent(currency)),
        **_said(fact, {"from": "payer_name", "account": "payer_account", "mandate": "mandate_id"}),
    }


def _confirmed(fact: Fact, number: int) -> list[dict[str, Any]]:
    """What a past line paid: nothing if it is nobody's; the items named, or one of its own name."""
    name, _, amount, currency = fact.words
    owners = fact.named.get("of", [])
    if not owners:
        return []
    row = {"line_id": line_id(number), "customer_id": owners[0]}
    paid = parse_minor(amount, exponent(currency))
    rows = [
        {**row, "customer_id": owner, "item_number": one, "amount": paid}
        for owner in owners
        for one in fact.named.get("item", [name])
    ]
    kinds = {"charge": "bank_charge", "discount": "discount"}
    granted = [
        {**rows[0], "kind": kind, "amount": parse_minor(said, exponent(currency))}
        for word, kind in kinds.items()
        if (said := fact.one(word))
    ]
    rest = fact.one("rest")
    left = {**row, "kind": "on_account", "amount": parse_minor(rest or "0", exponent(currency))}
    return [*rows, *granted, *([left] if rest else [])]


def _refused(fact: Fact, line_names: list[str]) -> dict[str, Any]:
    line, number = fact.words
    said = fact.one("open")
    return {
        "line_id": line_id(line_names.index(line)),
        "item_number": number,
        "open_amount": parse_minor(said, 2) if said else None,
    }


def _parts(batches: list[Fact], parts: list[Fact]) -> list[dict[str, Any]]:
    """The parts of all batches; a part belongs to the batch of its reference, and of its file if one is named."""
    rows = []
    for part in parts:
        head = next(
            fact
            for fact in batches
            if fact.words[0] == part.words[0] and fact.one("file") == part.one("file")
        )
        reference, net, currency = head.words
        decimals = exponent(currency)
        gross = parse_minor(part.words[1], decimals)
        rows.append(
            {
                "file": head.one("file") or "payouts.csv",
                "batch_reference": reference,
                "provider": head.one("by"),
                "settled_on": _date(head.one("on")),
                "currency": currency,
                "net_amount": parse_minor(net, decimals),
                "gross_amount": gross,
                "fee": parse_minor(part.one("fee") or "0", decimals),
                "kind": part.one("kind") or ("payment" if gross >= 0 else "refund"),
                **_said(
                    part,
                    {
                        "ref": "reference",
                        "of": "customer_id",
                        "name": "customer_name",
                        "id": "part_id",
                    },
                ),
            }
        )
    return rows


def _advice(fact: Fact) -> list[dict[str, Any]]:
    """A row an item; `paid` says the amount of each item in turn, or of none."""
    advice, total, currency = fact.words
    decimals = exponent(currency)
    items = fact.named.get("item", [])
    paid = fact.named.get("paid", [None] * len(items))
    return [
        {
            "advice_id": advice,
            "customer_id": fact.one("of"),
            "payer_name": fact.one("by"),
            "reference": fact.one("ref"),
            "total": parse_minor(total, decimals),
            "currency": currency,
            "item_number": item,
            "amount": parse_minor(amount, decimals) if amount else None,
        }
        for item, amount in zip(items, paid, strict=True)
    ]


def _customer(fact: Fact) -> dict[str, Any]:
    customer, name = fact.words
    return {
        "customer_id": customer,
        "name": name,
        **_said(fact, {"parent": "parent_customer_id", "country": "country"}),
        "accounts": fact.named.get("account", []),
        "aliases": fact.named.get("alias", []),
    }
