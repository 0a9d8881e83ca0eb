"""`recon policy`: the default policy, with the meaning of each key."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import click

from recon.cli.output import write_data
from recon.cli.verb import Verb

MEANING: Final = MappingProxyType(
    {
        "version": "Version of this file's layout.",
        "on_notification": "Entries of a notification (camt.054), which a statement books too: hold or apply.",
        "on_continuity_break": "A statement that does not open where the one before closed: hold or warn.",
        "on_balance_break": "A statement whose balances do not add up: hold (shown, nothing applied) or warn.",
        "tolerance": "A difference up to the lower of both limits may be written off, given a second class of evidence.",
        "tolerance.amount": "In units of the line's currency.",
        "tolerance.percent": "Of the item's open amount.",
        "discount": "Cash discount.",
        "discount.grace_days": "Days after the discount date on which a payment may still take it.",
        "bank_charges": "Charges that a bank on the way kept back from a payment that quotes its items.",
        "bank_charges.limit": "Above this, in units of the line's currency, a person looks.",
        "combine": "Items that a payer does not quote are combined to the amount of its line.",
        "combine.most_items": "Open items of one payer up to which every subset is tried; at most 200.",
        "decide": "When a proposal is applied without a person.",
        "decide.min_confidence": "The least probability that the proposal is right, from 0 to 1.",
        "decide.min_margin_bits": "The least distance to the next best proposal, in bits of evidence.",
        "decide.suggestions": "How many proposals to show for a line that is not applied.",
        "decide.equal_items": "Items that nothing tells apart: oldest_first or suggest.",
        "decide.part_payment": "A payment below its quoted item: apply or suggest.",
        "decide.overpayment": "The rest above the quoted items: on_account or suggest.",
        "chart": "Ledger accounts by role; {account} is replaced by the bank account.",
        "chart.cash": "The bank account.",
        "chart.receivable": "Open items of customers.",
        "chart.discount": "Cash discounts that were taken.",
        "chart.bank_charge": "Charges that were kept back.",
        "chart.write_off": "Differences within the tolerance.",
        "chart.fx_difference": "Differences of exchange rates.",
        "chart.on_account": "Money of customers that no item explains yet.",
        "item_columns": 'Headers of the open items where they differ from ours, e.g. number = "Invoice no.".',
        "customer_columns": 'Headers of the customers where they differ from ours, e.g. name = "Customer".',
        "formats": 'Options of a format by its name, e.g. [formats.csv] currency = "EUR".',
        "sources": 'Options of a source of open items by its name, e.g. [sources.item-file] decimal_mark = ",".',
        "ledgers": "Options of a ledger by its name, e.g. [ledgers.beancount].",
    }
)


@click.command("policy", cls=Verb, epilog="Example: recon policy > policy.toml")
def command() -> None:
    """Print the default policy, each key with its meaning.

    A policy is a TOML file; it needs only the keys that differ.
    """
    import msgspec

    from recon.config import Policy

    write_data(policy_text(msgspec.structs.asdict(Policy())))


def policy_text(policy: dict[str, Any]) -> str:
    """Write the keys of a policy as TOML: first its own, then a table each."""
    import msgspec

    rows = ["# The default policy. Every key may be left out; an unknown key is an error.", ""]
    own = {name: value for name, value in policy.items() if _is_plain(value)}
    for name, value in own.items():
        rows += _key(name, name, value)
    for name, value in policy.items():
        if name in own:
            continue
        inner = value if isinstance(value, dict) else msgspec.structs.asdict(value)
        rows += ["", f"# {MEANING[name]}", f"[{name}]"]
        for key, setting in inner.items():
            rows += _key(f"{name}.{key}", key, setting)
    return "\n".join(rows) + "\n"


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | Decimal)


def _key(path: str, name: str, value: Any) -> list[str]:
    import json

    # Our defaults are plain text, and plain JSON text is plain TOML text.
    return [
        f"# {MEANING[path]}",
        f"{name} = {value if isinstance(value, Decimal) else json.dumps(value)}",
    ]
