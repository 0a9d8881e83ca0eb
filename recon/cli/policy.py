"""`recon policy`: the default policy, with the meaning of each key; and what changes between two policies."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from recon.cli.options import (
    batches_option,
    existing_file,
    format_option,
    remittances_option,
    statements_argument,
)
from recon.cli.output import note, show_quarantined, write_data, write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb, VerbGroup

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
        "discount.late": "A discount taken after that: leave_open (the rest stays open) or suggest.",
        "discount.with_tolerance": "Beside a discount in time the tolerance may be written off as well.",
        "discount.tax_percents": 'Rates of tax: the discount may be taken on the amount before it, e.g. ["19", "7"].',
        "discount.rounded_to": "The discounted amount may be rounded to a multiple of so many units, e.g. 0.05; 0: never.",
        "bank_charges": "Charges that a bank on the way kept back from a payment that quotes its items.",
        "bank_charges.limit": "Above this, in units of the line's currency, a person looks.",
        "bank_charges.usual": "A charge that the customer's bank kept back at least twice before: suggest or apply.",
        "combine": "Items that a payer does not quote are combined to the amount of its line.",
        "combine.most_items": "Open items of one payer up to which every subset is tried; at most 200.",
        "batches": "Payouts of a provider, whose parts its own file tells (--batches).",
        "batches.window_days": "Days around the settlement date in which a line that does not quote the batch may pay it.",
        "window": "How far from its issue date an item may be paid at all; beyond it nothing is proposed.",
        "window.days_before_issue": "Days before the issue date.",
        "window.days_after_issue": "Days after the issue date.",
        "decide": "When a proposal is applied without a person.",
        "decide.target_precision": "How many of the applied lines must be right, from 0 to 1: what the lines of a day state together, and "
        "what is proven of such statements.",
        "decide.min_confidence": "Below this probability no line is applied, however sure the others of the day are, from 0 to 1.",
        "decide.min_margin_bits": "The least distance to the next best proposal, in bits of evidence.",
        "decide.suggestions": "How many proposals to show for a line that is not applied.",
        "decide.equal_items": "Items that nothing tells apart: oldest_first or suggest.",
        "decide.part_payment": "A payment below its quoted item: apply or suggest.",
        "decide.overpayment": "The rest above the quoted items: on_account or suggest.",
        "decide.account_payment": "Money of a certain payer that names nothing and that no set explains: oldest_first or suggest.",
        "history": "What earlier payments teach about who pays, and how.",
        "history.half_life_days": "After so many days a payment of the history counts half.",
        "chart": "Ledger accounts by role; {account} is replaced by the bank account.",
        "decide.new_account": "A known name, no number, and an account that is new for the customer: suggest or apply.",
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


@click.group(
    "policy",
    cls=VerbGroup,
    invoke_without_command=True,
    epilog="Example: recon policy > policy.toml",
)
@click.option(
    "--profile",
    metavar="NAME",
    help="Print a shipped policy after the documented rules of another system instead, e.g. sap.",
)
@click.pass_context
def command(ctx: click.Context, profile: str | None) -> None:
    """Print the default policy, each key with its meaning; or compare two policies.

    A policy is a TOML file; it needs only the keys that differ. A profile is such a file: save it, change it, and pass
    it with --policy.
    """
    if ctx.invoked_subcommand is not None:
        if profile is not None:
            raise click.UsageError("--profile goes with no further command")
        return
    import msgspec

    from recon.config import Policy, profile_text

    if profile is not None:
        write_data(profile_text(profile))
        return
    write_data(policy_text(msgspec.structs.asdict(Policy())))


_POLICY_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@command.command(
    "diff",
    cls=Verb,
    epilog="Example: recon policy diff old.toml new.toml statements/ --open-items open.csv",
)
@click.argument("old", metavar="OLD", type=_POLICY_FILE)
@click.argument("new", metavar="NEW", type=_POLICY_FILE)
@statements_argument
@existing_file("--open-items", "The open items: CSV, Parquet or Excel.", required=True)
@existing_file("--customers", "The customers with their bank accounts and aliases.")
@existing_file("--accounts", "Our own bank accounts, so that transfers between them are known.")
@click.option(
    "--history",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="What was confirmed before: statements/, allocations.csv, closed_items.csv.",
)
@remittances_option
@batches_option
@format_option()
def diff(old: Path, new: Path, how: str, **files: Any) -> None:
    """Match the same inputs under two policies and list every decision that changes.

    OLD and NEW are policy files; an empty file is the default policy. Each row is a line with its fate, its reason and
    what is applied under both. Nothing is written or posted, and the exit code is 0 whether anything changes or not.
    """
    from recon.config import load_policy

    policies = load_policy(old), load_policy(new)
    with under_way(quiet=False) as progress:
        from recon.plugins import Plugins
        from recon.run.policy_diff import diff_policies
        from recon.run.request import MatchRequest

        request = MatchRequest(out=Path(), **files)
        changes, unread = diff_policies(request, *policies, Plugins.discover(), progress)
    write_frame(changes, how)
    note(f"decisions that change: {changes.height}")
    show_quarantined(unread)


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
    plain = value if isinstance(value, Decimal) else json.dumps(value, default=str)
    return [f"# {MEANING[path]}", f"{name} = {plain}"]
