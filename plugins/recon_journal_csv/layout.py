"""Which columns a journal has: our own, those of a shipped profile, or a map of the policy.

In: options. Out: a layout, or what is wrong with it. A layout must carry the whole entry key, and debit and credit or one
signed amount, so that the file can be read back.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from recon.api import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFILES: Final = Path(__file__).parent / "profiles"
HEADER: Final = (
    "entry_key",
    "posting",
    "date",
    "account",
    "role",
    "debit",
    "credit",
    "currency",
    "item_number",
    "customer_id",
    "line_id",
    "description",
    "evidence",
)
VALUES: Final = frozenset({*HEADER, "amount", "short_key"})
OPTIONS: Final = ("profile", "columns", "date_format", "delimiter", "accounts")


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A column: a value of the posting, cut to a width, or always the same text."""

    header: str
    value: str | None = None
    text: str | None = None
    width: int | None = None


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The columns of a journal, how it writes dates, and our accounts by theirs."""

    columns: tuple[Column, ...]
    date_format: str = "%Y-%m-%d"
    delimiter: str = ","
    accounts: dict[str, str] = {}

    def at(self, value: str) -> int | None:
        """Say in which column a value stands first; None if in none."""
        found = (at for at, column in enumerate(self.columns) if column.value == value)
        return next(found, None)

    @property
    def header(self) -> list[str]:
        """The first row."""
        return [column.header for column in self.columns]


OWN: Final = Layout(columns=tuple(Column(header=name, value=name) for name in HEADER))


def chosen_layout(options: Mapping[str, Any]) -> Layout:
    """Build the layout that the options describe.

    Raises:
        ConfigurationError: there is no such profile, or the columns do not carry an entry.
    """
    given = {name: options[name] for name in OPTIONS if name in options}
    profile = given.pop("profile", None)
    if profile is not None and "columns" in given:
        raise ConfigurationError("give `profile` or `columns`, not both")
    base = _profile(str(profile)) if profile is not None else msgspec.to_builtins(OWN)
    try:
        layout = msgspec.convert(base | given, Layout)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"[ledgers.journal-csv]: {error}") from None
    _check(layout)
    return layout


def profile_names() -> list[str]:
    """Name the shipped profiles."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def _profile(name: str) -> dict[str, Any]:
    if name not in profile_names():
        raise ConfigurationError(
            f"there is no profile {name!r}", hint=f"the profiles are {', '.join(profile_names())}"
        )
    return tomllib.loads((PROFILES / f"{name}.toml").read_text(encoding="utf-8"))


def _check(layout: Layout) -> None:
    values = [column.value for column in layout.columns]
    wrong = [
        column.header
        for column in layout.columns
        if (column.value is None) == (column.text is None)
    ]
    unknown = sorted({value for value in values if value} - VALUES)
    problem = ""
    if wrong:
        problem = f"the column {wrong[0]!r} has either a value or a text"
    elif unknown:
        problem = f"there is no value {unknown[0]!r}; there are: {', '.join(sorted(VALUES))}"
    elif "entry_key" not in values or layout.columns[values.index("entry_key")].width:
        problem = "a column has to carry the whole entry_key, or nothing could be found again"
    elif ("amount" in values) == ("debit" in values and "credit" in values):
        problem = "the columns carry either amount, or debit and credit"
    elif len(set(layout.header)) < len(layout.header) or len(layout.delimiter) != 1:
        problem = "headers differ, and the delimiter is one character"
    if problem:
        raise ConfigurationError(f"[ledgers.journal-csv]: {problem}")
