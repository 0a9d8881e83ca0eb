"""`recon split`: divide a line among items by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from recon.cli.deciding import act_by, decide_line, deciding_options, line_argument
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk

if TYPE_CHECKING:
    from pathlib import Path

    from recon.review.parts import Part

_KINDS: Final = {
    "pay": "payment",
    "discount": "discount",
    "write_off": "write_off",
    "bank_charge": "bank_charge",
}


@click.command(
    "split",
    cls=Verb,
    epilog="Example: recon split Lq7d2 --pay 1004=300.00 --write-off 1004=0.04 --rest C-1001",
)
@line_argument
@click.option("--pay", multiple=True, metavar="ITEM=AMOUNT", help="Money for an item (item_id).")
@click.option("--discount", multiple=True, metavar="ITEM=AMOUNT", help="Cash discount granted.")
@click.option("--write-off", multiple=True, metavar="ITEM=AMOUNT", help="What is forgiven.")
@click.option("--bank-charge", multiple=True, metavar="ITEM=AMOUNT", help="What a bank kept back.")
@click.option("--rest", metavar="CUSTOMER", help="Put what is left on this customer's account.")
@deciding_options
def command(line: str, rest: str | None, folder: Path, user: str | None, **given: Any) -> None:
    """Divide the money of a line among items; amounts in the currency of the line."""
    named = [divided(option, text) for option in _KINDS for text in given.pop(option)]
    with at_desk(folder, user) as desk:
        from recon.review.decide import split

        act = act_by(desk, **given)

        def judge(before: Any, line_id: str) -> Any:
            found = before.lines.filter(before.lines["line_id"] == line_id)
            return split(before, line_id, parts_of(named, rest, found["currency"].item()), act)

        decide_line(desk, line, judge, [item for _, item, _ in named])


def divided(option: str, text: str) -> tuple[str, str, str]:
    """Take `1004=300.00` of an option apart: the kind of the part, the item, the amount.

    Raises:
        click.BadParameter: it is none.
    """
    item, sign, amount = text.rpartition("=")
    if not sign or not item or option not in _KINDS:
        raise click.BadParameter(f"{option} {text!r} is not such as pay 1004=300.00")
    return _KINDS[option], item, amount


def parts_of(named: list[tuple[str, str, str]], rest: str | None, currency: str) -> list[Part]:
    """Give the parts of a split, with a rest on a customer's account if one is named.

    Raises:
        click.BadParameter: an amount is none in this currency.
    """
    from recon.money import AmountError, exponent, parse_minor
    from recon.review.parts import Part

    try:
        parts = [
            Part(kind=kind, amount=parse_minor(amount, exponent(currency)), item_id=item)
            for kind, item, amount in named
        ]
    except AmountError as error:
        raise click.BadParameter(str(error)) from None
    return [*parts, Part(kind="on_account", customer_id=rest)] if rest else parts
