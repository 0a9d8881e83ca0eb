"""A ledger that is one file: read it whole, judge what is new, write it whole or not at all.

In: the file's text and entries. Out: which entries are new, and an outcome for each key.
What every plugin for a file ledger needs; the text of an entry is the plugin's own. For the text of an accounting
program (a block of lines an entry), `recon.api.plain_text` is the whole ledger but for the program's grammar.
"""

from __future__ import annotations

import os
import re
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from recon.errors import ConfigurationError, MalformedFile, Place, ReconError
from recon.frames.outcomes import Outcomes
from recon.money import exponents, format_minor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Container, Iterable, Mapping
    from typing import Any

    import dataframely as dy

    from recon.frames.entries import Entries

REVERSAL = "reversal-of-"

_PLAIN_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)
# Joiners shape the letters of Persian and Indian names; they neither hide nor reorder text.
_JOINERS = "\u200c\u200d"


class Posting(NamedTuple):
    """One posting, in the order of the columns of Entries; the amount in minor units, debits positive."""

    entry_key: str
    posting: int
    line_id: str
    date: dt.date
    role: str
    account: str
    amount: int
    currency: str
    item_number: str | None
    customer_id: str | None
    description: str
    evidence: str


def ledger_path(options: Mapping[str, Any], known: tuple[str, ...] = ()) -> Path:
    """Give the ledger's file, links followed, so that replacing it replaces what a link points to.

    Raises:
        ConfigurationError: `path` is missing, or an option has a name that this ledger does not know.
    """
    unknown = sorted(set(options) - {"path", *known})
    if unknown:
        raise ConfigurationError(
            f"this ledger knows no option {unknown[0]!r}",
            hint="its options are: " + ", ".join(("path", *known)),
        )
    if not options.get("path"):
        raise ConfigurationError("a file ledger needs the option 'path'")
    return Path(options["path"]).resolve()


def flag(options: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Read an option that is true or false.

    Raises:
        ConfigurationError: it is neither.
    """
    value = options.get(name, default)
    if not isinstance(value, bool):
        raise ConfigurationError(f"the option {name!r} is true or false, not {value!r}")
    return value


def read_ledger(path: Path) -> str:
    """Read the whole file; '' when there is none yet.

    Raises:
        MalformedFile: the file is no UTF-8 text.
        ReconError: the file cannot be read.
    """
    try:
        # An editor may have changed the line ends or added a mark; a key must be found all the same.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise MalformedFile(
            f"the ledger is no UTF-8 text: {error.reason} at byte {error.start}",
            place=Place(path.name),
            hint="choose another path, or convert the file",
        ) from None
    except OSError as error:
        raise ReconError(
            f"cannot read the ledger: {error.strerror}", place=Place(path.name)
        ) from None


def write_ledger(path: Path, text: str) -> None:
    """Replace the whole file, so that a crash leaves the old one or the new one, never a part.

    Raises:
        ReconError: the file cannot be written; the old one stands unchanged.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ReconError(
            f"cannot write the ledger: {error.strerror}",
            place=Place(path.name),
            hint="nothing was posted; the same call can be repeated",
        ) from None


def whole_entries(entries: pl.DataFrame) -> dict[str, list[Posting]]:
    """Give the postings of each entry by key, in order of key and posting."""
    whole: dict[str, list[Posting]] = {}
    for row in entries.select(Posting._fields).sort("entry_key", "posting").iter_rows():
        whole.setdefault(row[0], []).append(Posting(*row))
    return whole


def judge(
    entries: dy.DataFrame[Entries],
    known: set[str],
    refused: Mapping[str, str],
    *,
    holder: str = "file",
) -> tuple[list[list[Posting]], dy.DataFrame[Outcomes]]:
    """Split entries into those to write, in order of date and key, and an outcome for every key.

    Args:
        entries: whole entries, in any order.
        known: keys that the file has already: duplicates, whatever they hold.
        refused: keys that this ledger cannot hold, with the reason.
        holder: what the ledger is, in messages.
    """
    reasons = {**refused, **_malformed(entries), **_unbalanced(entries)}
    new: dict[str, list[Posting]] = {}
    ordered = entries.select(Posting._fields).sort("date", "entry_key", "posting")
    for row in ordered.iter_rows():
        if row[0] not in known and row[0] not in reasons:
            new.setdefault(row[0], []).append(Posting(*row))
    answers: list[tuple[str, str, str | None, str | None]] = []
    for key in entries["entry_key"].unique().sort():
        if key in known:
            answers.append((key, "duplicate", f"the {holder} has this key", key))
        elif key in reasons:
            answers.append((key, "rejected", reasons[key], None))
        else:
            answers.append((key, "accepted", None, key))
    return list(new.values()), build_outcomes(answers)


def judge_receipts(
    receipts: dy.DataFrame[Outcomes],
    found: Container[str],
    doubt: Callable[[str], str],
    *,
    holder: str = "file",
) -> dy.DataFrame[Outcomes]:
    """Answer `verify`: is each entry in the file, and is it what was posted?

    Args:
        receipts: outcomes whose keys are asked for.
        found: keys that the file has.
        doubt: says what is wrong with the entry of a key that was found; '' when nothing is.
        holder: what the ledger is, in messages.
    """
    answers: list[tuple[str, str, str | None, str | None]] = []
    for key in receipts["entry_key"]:
        if key not in found:
            answers.append((key, "unknown", f"the {holder} has no such key", None))
        elif reason := doubt(key):
            answers.append((key, "needs_confirmation", reason, key))
        else:
            answers.append((key, "accepted", None, key))
    return build_outcomes(answers)


def judge_reversals(
    receipts: dy.DataFrame[Outcomes],
    found: Container[str],
    doubt: Callable[[str], str],
    *,
    holder: str = "file",
) -> tuple[list[str], dy.DataFrame[Outcomes]]:
    """Answer `reverse`: the keys of entries to reverse, sorted, and an outcome for every receipt.

    Args:
        receipts: what was posted.
        found: the keys that the ledger has.
        doubt: why an entry is not what was posted, '' if it is; one in doubt is not reversed.
        holder: what the ledger is, in messages.

    Returns:
        The keys to reverse, and the outcomes: each under the receipt's key, its remote id the key of the reversal.
    """
    keys: list[str] = []
    answers: list[tuple[str, str, str | None, str | None]] = []
    for key in sorted(receipts["entry_key"]):
        if key not in found:
            answers.append((key, "rejected", f"the {holder} has no such key", None))
        elif REVERSAL + key in found:
            answers.append((key, "duplicate", "reversed before", REVERSAL + key))
        elif reason := doubt(key):
            answers.append((key, "rejected", reason, None))
        else:
            keys.append(key)
            answers.append((key, "accepted", None, REVERSAL + key))
    return keys, build_outcomes(answers)


def imbalance(amounts: Iterable[tuple[str, Decimal]]) -> str:
    """Say to what (currency, amount) of one entry add up; '' when every currency balances.

    >>> imbalance([("EUR", Decimal("123.46")), ("EUR", Decimal("-123.45"))])
    'postings add up to 0.01 EUR'
    """
    totals: dict[str, Decimal] = {}
    for currency, amount in amounts:
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    left = ", ".join(f"{total} {currency}" for currency, total in sorted(totals.items()) if total)
    return f"postings add up to {left}" if left else ""


def build_outcomes(
    answers: Iterable[tuple[str, str, str | None, str | None]],
) -> dy.DataFrame[Outcomes]:
    """Build the frame of (entry key, outcome, reason, remote id)."""
    frame = pl.DataFrame(list(answers), schema=Outcomes.create_empty().schema, orient="row")
    return Outcomes.validate(frame.sort("entry_key"))


def visible(text: str) -> str:
    r"""Show what does not print: line breaks and odd blanks as a blank, control and bidi marks by number.

    >>> visible("a\n\u202eb")
    'a <U+202E>b'
    """
    if text.isprintable():
        return text
    return "".join(
        ch
        if ch.isprintable() or ch in _JOINERS
        else " "
        if ch.isspace() or unicodedata.category(ch) == "Zs"
        else f"<U+{ord(ch):04X}>"
        for ch in text
    )


def _malformed(entries: dy.DataFrame[Entries]) -> dict[str, str]:
    reasons = {
        key: "the entry key is not of letters, digits, '.', '_' and '-'"
        for key in entries["entry_key"].unique()
        if not _PLAIN_KEY.fullmatch(key)
    }
    spread = entries.group_by("entry_key").agg(pl.col("date", "line_id").n_unique())
    for key in spread.filter((pl.col("date") > 1) | (pl.col("line_id") > 1))["entry_key"]:
        reasons[key] = "its postings are of several dates or lines"
    odd = entries.filter(~pl.col("currency").is_in(list(exponents())))
    for key, currency in odd.select("entry_key", "currency").unique().sort(pl.all()).iter_rows():
        reasons[key] = f"{currency} is no ISO 4217 currency"
    return reasons


def _unbalanced(entries: dy.DataFrame[Entries]) -> dict[str, str]:
    amount = pl.col("amount").cast(pl.Int128)
    sums = (
        entries.filter(pl.col("currency").is_in(list(exponents())))
        .group_by("entry_key", "currency")
        .agg(
            debits=amount.filter(amount > 0).sum(),
            credits=amount.filter(amount < 0).sum(),
        )
        .filter(pl.col("debits") + pl.col("credits") != 0)
        .sort("entry_key", "currency")
    )
    reasons: dict[str, str] = {}
    for key, currency, debits, credits_ in sums.iter_rows():
        sides = (
            f"debits {format_minor(debits, currency)} {currency}, "
            f"credits {format_minor(-credits_, currency)} {currency}"
        )
        reasons[key] = f"{reasons[key]}; {sides}" if key in reasons else f"not balanced: {sides}"
    return reasons
