"""Options that several verbs share, and the values they take."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

# The names of recon.report.console.FORMATS, which is not imported here because it imports polars.
FORMATS: Final = ("table", "csv", "json")
_HEAD: Final = re.compile(r"([0-9]{1,12}):([0-9a-f]{64})")
_SHARE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", re.ASCII)


def parse_share(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    """Turn `95%` or `99.5%` into a number from 0 to 1.

    A bare number is refused: 1 may be meant as 1 % or as all.
    """
    if value is None:
        return None
    found = _SHARE.fullmatch(value)
    share = Decimal(found[1]) / 100 if found else Decimal(-1)
    if not 0 <= share <= 1:
        raise click.BadParameter(f"{value!r} is no share from 0% to 100%, such as 95%", ctx, param)
    return share


def parse_head(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check that a head of the chain is one: the number of an event and its hash."""
    found = None if value is None else _HEAD.fullmatch(value)
    if value is not None and found is None:
        raise click.BadParameter(
            f"{value!r} is no head such as 812:4f0c... (64 digits)", ctx, param
        )
    return None if found is None else f"{int(found[1])}:{found[2]}"


def head_option(help_text: str) -> Decorator:
    """Declare `--head`."""
    return click.option("--head", "known", metavar="SEQ:HASH", callback=parse_head, help=help_text)


def existing_file(name: str, help_text: str, *, required: bool = False) -> Decorator:
    """Declare an option that names a file which must be there."""
    kind = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.option(name, type=kind, metavar="FILE", required=required, help=help_text)


def format_option(default: str | None = "table") -> Decorator:
    """Declare `--format`."""
    return click.option(
        "--format",
        "how",
        type=click.Choice(FORMATS),
        default=default,
        show_default=default is not None,
        help="How to write the data to stdout.",
    )


statements_argument: Final = click.argument(
    "statements",
    nargs=-1,
    required=True,
    metavar="STATEMENT...",
    type=click.Path(exists=True, path_type=Path),
)
batches_option: Final = click.option(
    "--batches",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A provider's settlement report or a deposit slip: CSV, Parquet or Excel; may be given several times.",
)
remittances_option: Final = click.option(
    "--remittances",
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="Remittance advices, which say what a payment pays: CSV, Parquet, Excel, UBL, camt.054 or EDI 820, or a folder of them.",
)
policy_option: Final = existing_file(
    "--policy", "The policy (TOML); `recon policy` prints every key with its default."
)
quiet_option: Final = click.option(
    "--quiet", "-q", is_flag=True, help="No progress and no notes; errors are still shown."
)
