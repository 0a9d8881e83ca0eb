"""Fetch the books' side for one run: open items, customers, our accounts, and what was settled and refused before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.frames.batches import Batches
from recon.frames.history import ConfirmedAllocations, History, RefusedPairs
from recon.frames.lines import Lines
from recon.frames.parties import Remittances
from recon.protocols import InputFile
from recon.run.advices import fetch_advices, find_advices
from recon.run.files import shown_name
from recon.run.reading import read_statements

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.protocols import Books
    from recon.run.progress import Progress
    from recon.run.request import MatchRequest

# The source that reads files; it is found like any other plugin.
FILE_SOURCE: Final = "item-file"
CLOSED_ITEMS: Final = "closed_items.csv"
CONFIRMED: Final = "allocations.csv"
REFUSED: Final = "rejected.csv"
PAST_STATEMENTS: Final = "statements"
CALIBRATION: Final = "calibration.csv"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The books' side, what was decided before, how right that was, and the files that all were read from."""

    books: Books
    history: History
    inputs: tuple[InputFile, ...]
    calibration: bytes | None = None

    @property
    def has_batches(self) -> bool:
        """Say whether batches were asked for; their files may hold none."""
        return self.books.batches is not None


def fetch_all(
    request: MatchRequest, policy: Policy, plugins: Plugins, progress: Progress
) -> Fetched:
    """Read the books' side and, where a history is given, the statements of then.

    Raises:
        UnreadableItems: anything of the books cannot be read in full. A statement of the history that cannot be
            read is quarantined, as one of today is.
    """
    progress.step("Reading open items")
    books, inputs = fetch_books(request, policy, plugins, request.as_of)
    confirmed = ConfirmedAllocations.create_empty() if books.confirmed is None else books.confirmed
    refused = RefusedPairs.create_empty() if books.refused is None else books.refused
    calibration = None
    if request.history and (table := request.history / CALIBRATION).is_file():
        calibration = table.read_bytes()
        inputs = (*inputs, _input("calibration", table))
    folder = request.history / PAST_STATEMENTS if request.history else None
    if folder is None or not folder.is_dir():
        history = History(Lines.create_empty(), confirmed, refused)
        return Fetched(books, history, inputs, calibration)
    past = read_statements((folder,), policy, plugins, progress)
    past_inputs = tuple(
        replace(one, role="history" if one.role == "statement" else one.role) for one in past.inputs
    )
    history = History(past.lines, confirmed, refused)
    return Fetched(books, history, (*inputs, *past_inputs), calibration)


def fetch_books(
    request: MatchRequest, policy: Policy, plugins: Plugins, as_of: dt.date | None
) -> tuple[Books, tuple[InputFile, ...]]:
    """Read open items and what stands beside them.

    Raises:
        UnreadableItems: anything of it cannot be read in full; half the items would give wrong matches.
    """
    paths = _paths(request)
    options: dict[str, Any] = {
        **policy.sources.get(FILE_SOURCE, {}),
        "item_columns": policy.item_columns,
        "customer_columns": policy.customer_columns,
        **{name: str(path) for name, path in paths.items()},
    }
    reports = {str(path): path for path in sorted(set(request.batches))}
    if reports:
        options["batches"] = list(reports)
    advices = find_advices(request.remittances, plugins, FILE_SOURCE)
    if FILE_SOURCE in advices:
        options["remittances"] = [str(path) for path in advices[FILE_SOURCE]]
    books = plugins.fetch(FILE_SOURCE, as_of, options)
    others = {source: files for source, files in advices.items() if source != FILE_SOURCE}
    if others:
        told = fetch_advices(others, policy, plugins, as_of)
        books = replace(
            books, remittances=Remittances.validate(pl.concat([books.remittances, told]))
        )
    read = [
        *sorted(paths.items()),
        *(("remittances", path) for path in sorted(chain.from_iterable(advices.values()))),
        *(("batches", path) for path in reports.values()),
    ]
    return _with_shown_names(books, reports), tuple(_input(role, path) for role, path in read)


def _with_shown_names(books: Books, reports: dict[str, Path]) -> Books:
    """Name the files of batches as outputs do, never by the folders of one machine."""
    if books.batches is None:
        return books
    names = {given: shown_name(path) for given, path in reports.items()}
    named = books.batches.with_columns(pl.col("file").replace(names))
    return replace(books, batches=Batches.validate(named))


def _paths(request: MatchRequest) -> dict[str, Path]:
    named = {
        "items": request.open_items,
        "customers": request.customers,
        "accounts": request.accounts,
    }
    if request.history:
        files = {"closed": CLOSED_ITEMS, "confirmed": CONFIRMED, "refused": REFUSED}
        past = {name: request.history / file for name, file in files.items()}
        named |= {name: path for name, path in past.items() if path.is_file()}
    return {name: path for name, path in named.items() if path is not None}


def _input(role: str, path: Path) -> InputFile:
    data = path.read_bytes()
    of_history = dict.fromkeys(("closed", "confirmed", "refused", "calibration"), "history")
    roles = {"items": "open_items", **of_history}
    return InputFile(
        shown_name(path), hashlib.sha256(data).hexdigest(), len(data), roles.get(role, role), "read"
    )
