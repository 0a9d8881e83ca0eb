"""The standard suite for a source of open items: all of the books' side each time, or an error; never a part of it.

    class TestMySource(SourceConformance):
        source, options = MySource(), {"path": "tests/items.json"}
        broken = {"path": "tests/no_such_file.json"}

In: a source, options of sound books and of such that cannot be read. Out: a test a rule, or `check_source`.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import polars as pl

from recon.errors import ConfigurationError, PluginFailed, ReconError
from recon.plugins import Plugins
from recon.testing.verdict import Suite, check_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from recon.protocols import Books, ItemSource
    from recon.testing.verdict import Rule

_FRAMES: Final = ("items", "parties", "remittances", "closed", "own_accounts")
# Nothing, a table, a letter, a page, and what is no text.
_FOREIGN_HEADS: Final = (
    b"",
    b"item_number,currency,amount\n",
    b"%PDF-1.7\n",
    b"<html><body>dear sirs</body></html>",
    b"\x00\xff\xfe<",
)
_OPTIONAL: Final = ("confirmed", "refused", "batches")


@dataclass(frozen=True, slots=True)
class SourceCase:
    """One source with its options."""

    plugins: Plugins
    name: str
    options: Mapping[str, Any]
    broken: Mapping[str, Any] | None
    as_of: dt.date
    knows_the_past: bool = False

    def fetch(self, as_of: dt.date | None = None, **changed: Any) -> Books:
        """Fetch the books; what breaks the contract of a frame is raised as the plugin's."""
        return self.plugins.fetch(self.name, as_of, {**self.options, **changed})


def its_frames_keep_their_schemas(case: SourceCase) -> Iterator[str]:
    """Ids are there once, amounts are minor units, currencies are of ISO 4217."""
    books = case.fetch()
    if books.items.is_empty() and books.remittances.is_empty():
        yield "the sound books hold no open item and no advice: give a sample with some"
    of_sign = books.items.filter(
        (pl.col("kind") == "credit_note") == (pl.col("open_amount") > 0),
        pl.col("open_amount") != 0,
    )
    for number, kind, amount in of_sign.select("number", "kind", "open_amount").head(3).rows():
        yield f"item {number} is a {kind} of {amount}: credit notes are negative, all else positive"
    nothing = books.items.filter(open_amount=0)["number"].to_list()
    if nothing:
        yield f"items with nothing open, such as {nothing[0]}, are closed items"


def customers_of_items_are_listed_where_any_are(case: SourceCase) -> Iterator[str]:
    """An id that leads nowhere loses the payer's name and accounts."""
    books = case.fetch()
    if books.parties.is_empty():
        return
    lost = books.items.drop_nulls("customer_id").join(books.parties, on="customer_id", how="anti")
    for number, customer in lost.select("number", "customer_id").head(3).rows():
        yield f"item {number} is of customer {customer}, who is not among the customers"


def two_fetches_are_equal(case: SourceCase) -> Iterator[str]:
    """The same books give the same rows, in whatever order they come."""
    for as_of in (None, case.as_of):
        first, again = case.fetch(as_of), case.fetch(as_of)
        for name in (*_FRAMES, *_OPTIONAL):
            one, other = getattr(first, name), getattr(again, name)
            if (one is None) != (other is None) or (
                one is not None and _sorted(one) != _sorted(other)
            ):
                yield f"fetched twice as of {as_of or 'now'}, the {name} differ"


def a_day_in_the_past_is_told_as_it_was(case: SourceCase) -> Iterator[str]:
    """A source that knows the past tells of a day nothing that was issued after it."""
    issued = case.fetch().items["issue_date"].drop_nulls().sort()
    if not case.knows_the_past or issued.is_empty():
        return
    first = issued[0]
    later = case.fetch(first).items.filter(pl.col("issue_date") > first)
    if later.height:
        yield f"as of {first} it tells {later.height} items that were issued later"


def an_option_that_it_does_not_know_is_refused(case: SourceCase) -> Iterator[str]:
    """A misspelt option must not become a default."""
    try:
        case.fetch(no_such_option="x")
    except ConfigurationError:
        return
    yield "it takes the option 'no_such_option' in silence: raise ConfigurationError"


def books_that_cannot_be_read_are_an_error(case: SourceCase) -> Iterator[str]:
    """Half a list of open items, or none, would apply cash wrongly; the error says what to do."""
    if case.broken is None:
        return
    try:
        books = case.plugins.fetch(case.name, None, case.broken)
    except PluginFailed as error:
        yield f"raise UnreadableItems or ConfigurationError with a hint: {error.message}"
    except ReconError:
        return
    else:
        yield f"of books that cannot be read it tells {books.items.height} items"


def files_that_are_no_advices_are_not_claimed(case: SourceCase) -> Iterator[str]:
    """Two sources that claim one file stop the run, and so does one that raises."""
    for head in _FOREIGN_HEADS:
        try:
            is_claimed = case.plugins.advice_source(head, "file") is not None
        except PluginFailed as error:
            yield f"claims_advice must not raise, whatever the file holds: {error.message}"
            return
        if is_claimed:
            yield f"claims_advice claims a file that begins with {head!r}"


RULES: Final = (
    its_frames_keep_their_schemas,
    customers_of_items_are_listed_where_any_are,
    two_fetches_are_equal,
    a_day_in_the_past_is_told_as_it_was,
    an_option_that_it_does_not_know_is_refused,
    books_that_cannot_be_read_are_an_error,
    files_that_are_no_advices_are_not_claimed,
)


class SourceConformance(Suite):
    """Rules that every source keeps; subclass it with `source` and `options`.

    Attributes:
        source: the source as its hook registers it.
        options: the table `[sources.NAME]` of a policy, for sound books with at least one open item, or one advice.
        broken: options of books that cannot be read: no such file, nobody at the other end.
        as_of: a date of which the books know.
        knows_the_past: whether it tells the books as they were on a day, and not only as they are.
    """

    rules = RULES
    source: ClassVar[ItemSource]
    options: ClassVar[Mapping[str, Any]] = {}
    broken: ClassVar[Mapping[str, Any] | None] = None
    as_of: ClassVar[dt.date] = dt.date(2026, 3, 2)
    knows_the_past: ClassVar[bool] = False

    @contextmanager
    def opening(self, rule: Rule) -> Iterator[SourceCase]:  # noqa: ARG002 - all rules look at one
        """Give the source."""
        yield SourceCase(
            Plugins.for_tests([self.source]),
            self.source.name,
            self.options,
            self.broken,
            self.as_of,
            self.knows_the_past,
        )


def check_source(
    source: ItemSource,
    options: Mapping[str, Any],
    *,
    broken: Mapping[str, Any] | None = None,
    as_of: dt.date = SourceConformance.as_of,
    knows_the_past: bool = False,
) -> None:
    """Check one source by every rule.

    Args:
        source: the source as its hook registers it.
        options: the table `[sources.NAME]` of a policy, for sound books with at least one open item, or one advice.
        broken: options of books that cannot be read.
        as_of: a date of which the books know.
        knows_the_past: whether it tells the books as they were on a day, and not only as they are.

    Raises:
        NotConforming: with every complaint, each under the rule that is broken.
    """
    plugins = Plugins.for_tests([source])
    case = SourceCase(plugins, source.name, options, broken, as_of, knows_the_past)

    @contextmanager
    def opening(rule: Rule) -> Iterator[SourceCase]:  # noqa: ARG001 - all rules look at one
        yield case

    check_all(RULES, opening)


def _sorted(frame: pl.DataFrame) -> list[str]:
    return sorted(frame.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list())
