"""Ask a ledger again for all that it was posted. In: the outbox. Out: what the ledger does not confirm; nothing is recorded.

That a ledger said "accepted" is no proof: a restored backup, a person or the ledger's own mistake may have taken an entry
away since.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import ConfigurationError
from recon.frames.outcomes import Outcomes
from recon.run.daily.posting import ledger_options
from recon.store.reading import fetch
from recon.store.tables import OUTBOX

if TYPE_CHECKING:
    import dataframely as dy

    from recon.plugins import OpenLedger, Plugins
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress

_AT_ONCE: Final = 500


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
