"""Ask a ledger what it has. In: the outbox. Out: where it differs from what was or will be posted; nothing is recorded.

That a ledger said "accepted" is no proof: a restored backup, a person or the ledger's own mistake may have taken an entry
away since.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import ConfigurationError, ReconError
from recon.frames.outcomes import Outcomes
from recon.run.daily.posting import ledger_options, would_post
from recon.store.reading import fetch
from recon.store.tables import OUTBOX

if TYPE_CHECKING:
    import dataframely as dy

    from recon.plugins import OpenLedger, Plugins
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """What a post would do beside what the ledger has.

    `postings`: EntryLog of what would be sent, and `in_ledger`: yes, no, or null where the ledger could not be asked.
    `unconfirmed`: Outcomes of entries posted before that it does not have as they were posted.
    """

    postings: pl.DataFrame
    unconfirmed: pl.DataFrame
    failure: ReconError | None = None


def difference(desk: Desk, ledger: str, plugins: Plugins, progress: Progress) -> Difference:
    """Compare what would be posted, and what was posted before, with what a ledger has; a ledger that fails is told."""
    planned = would_post(desk, ledger).with_columns(in_ledger=pl.lit(None, pl.String))
    nothing = Outcomes.create_empty()
    can = plugins.ledger_type(ledger).capabilities
    if not can.finds_by_key:
        return Difference(planned, nothing)
    try:
        found = _found(desk, ledger, plugins, planned["entry_key"].unique().sort().to_list())
        gone = unconfirmed(desk, ledger, plugins, progress)
    except ReconError as failure:
        return Difference(planned, nothing, failure)
    is_there = pl.col("entry_key").is_in(found)
    there = pl.when(is_there).then(pl.lit("yes")).otherwise(pl.lit("no"))
    return Difference(planned.with_columns(in_ledger=there), gone)


def _found(desk: Desk, ledger: str, plugins: Plugins, keys: list[str]) -> list[str]:
    """Name the keys that the ledger has already."""
    kind = plugins.ledger_type(ledger)
    options = ledger_options(desk, ledger, kind.file_name)
    seconds = desk.workspace.settings.ledger_seconds
    found: list[str] = []
    if not keys:
        return found
    with closing(plugins.connect(ledger, options, seconds=seconds)) as opened:
        for at in range(0, len(keys), _AT_ONCE):
            found += plugins.find(opened, keys[at : at + _AT_ONCE])
    return found


def unconfirmed(
    desk: Desk, ledger: str, plugins: Plugins, progress: Progress
) -> dy.DataFrame[Outcomes]:
    """Give the posted entries that a ledger does not have as they were posted, each with what it says.

    Raises:
        ConfigurationError: there is no such ledger, or it can neither verify nor find an entry.
        ReconError: the ledger fails.
    """
    kind = plugins.ledger_type(ledger)
    if not (kind.capabilities.verifies or kind.capabilities.finds_by_key):
        raise ConfigurationError(
            f"{ledger} cannot be asked what it has",
            hint="look for the keys of `recon report postings`",
        )
    table = OUTBOX.table
    with desk.store.reading() as connection:
        rows = fetch(connection, OUTBOX, table.c.ledger == ledger, table.c.state == "posted")
    receipts = Outcomes.validate(
        rows.sort("entry_key").select(
            "entry_key",
            outcome=pl.lit("accepted"),
            reason=pl.lit(None, pl.String),
            remote_id="remote_id",
        )
    )
    progress.step(f"Asking {ledger}", receipts.height)
    told = []
    seconds = desk.workspace.settings.ledger_seconds
    options = ledger_options(desk, ledger, kind.file_name)
    with closing(plugins.connect(ledger, options, seconds=seconds)) as opened:
        for part in receipts.iter_slices(_AT_ONCE):
            told.append(_asked(plugins, opened, Outcomes.validate(part)))
            progress.advance(part.height)
    answers = pl.concat([Outcomes.create_empty(), *told])
    return Outcomes.validate(answers.filter(pl.col("outcome") != "accepted").sort("entry_key"))


def _asked(
    plugins: Plugins, ledger: OpenLedger, receipts: dy.DataFrame[Outcomes]
) -> dy.DataFrame[Outcomes]:
    if plugins.ledger_type(ledger.name).capabilities.verifies:
        return plugins.verify(ledger, receipts)
    found = plugins.find(ledger, receipts["entry_key"].to_list())
    is_there = pl.col("entry_key").is_in(list(found))
    return Outcomes.validate(
        receipts.with_columns(
            outcome=pl.when(is_there).then("outcome").otherwise(pl.lit("unknown")),
            reason=pl.when(~is_there).then(pl.lit("the ledger does not find the key")),
        )
    )
