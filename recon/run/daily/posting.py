"""Deliver entries to a ledger: at least once with the same key, and to the effect of exactly once. In: the store. Out: outcomes.

An entry is queued before it is sent, and marked unknown before the ledger is called: if the program dies now, the next run
asks the ledger whether it has the key before it sends anything again. Between a quarter and four fifths of random kills
leave a commit that the caller never heard of, so "unknown" is a normal outcome beside accepted and rejected.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select

from recon.errors import ReconError, Refused
from recon.failpoints import reached
from recon.frames.entries import Entries
from recon.frames.facts import Answers
from recon.review.allowed import check_allowed
from recon.store.answered import approved_only
from recon.store.projections import by_column, catch_up
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES, OUTBOX

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from recon.plugins import OpenLedger, Plugins
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress

# What is tried (again); what was rejected, or waits for a person, is not.
_OPEN: Final = ("pending", "unknown")
_AT_ONCE: Final = 500
# The outbox's word for what a ledger answers.
_STATE: Final = {
    "accepted": "posted",
    "duplicate": "posted",
    "rejected": "rejected",
    "needs_confirmation": "needs_confirmation",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the entries: counts by state, why the ledger failed, if it did, and what is left.

    `stuck` wait for a person, `open_entries` for the next call.
    """

    ledger: str
    queued: int
    states: dict[str, int]
    failure: ReconError | None = None
    stuck: int = 0
    open_entries: int = 0
    failed_plugin: str | None = None

    @property
    def is_complete(self) -> bool:
        """Nothing is left open, neither of now nor of before."""
        is_left = self.stuck or self.open_entries or set(self.states) - {"posted"}
        return self.failure is None and not is_left


def post(desk: Desk, ledger: str, plugins: Plugins, progress: Progress) -> Posted:
    """Deliver everything that a ledger does not have yet.

    Raises:
        ConfigurationError: there is no such ledger.
        Refused: the person may not post.
    """
    if not desk.authority.is_house_of_one:
        check_allowed(desk.actor, "post", desk.authority)
    plugins.ledger_type(ledger)
    queued = _queue(desk, ledger)
    states, failure = _deliver_open(desk, ledger, plugins, progress, _OPEN)
    # What was taken back while nobody knew of its delivery: by now the ledger may have told.
    if failure is None and states and (late := _queue(desk, ledger)):
        queued += late
        more, failure = _deliver_open(desk, ledger, plugins, progress, ("pending",))
        states = {name: states.get(name, 0) + more.get(name, 0) for name in {**states, **more}}
    with desk.store.reading() as connection:
        stuck = _stuck(connection, ledger)
        left = _open(connection, ledger).height
    owner = str(plugins.owner("ledger", ledger)) if failure is not None else None
    return Posted(ledger, queued, states, failure, stuck, left, owner)


def _open(connection: Connection, ledger: str, states: tuple[str, ...] = _OPEN) -> pl.DataFrame:
    """Give the rows of the outbox that the next call tries."""
    table = OUTBOX.table
    return fetch(connection, OUTBOX, table.c.ledger == ledger, table.c.state.in_(states))


def _stuck(connection: Connection, ledger: str) -> int:
    """Count the entries that wait for a person; not what was rejected and whose decision was taken back since."""
    table = OUTBOX.table
    waiting = fetch(
        connection,
        OUTBOX,
        table.c.ledger == ledger,
        table.c.state.in_(("needs_confirmation", "rejected")),
    )
    entries = by_column(connection, FACT["entries"], "entry_key", set(waiting["entry_key"]))
    told = entries.select("entry_key", "line_id", "decision_no", "reverses").unique()
    states = by_column(connection, LINE_STATES, "line_id", set(told["line_id"]))
    in_force = told.join(states, on=["line_id", "decision_no"], how="semi")["entry_key"]
    opposites = told.filter(pl.col("reverses").is_not_null())["entry_key"]
    counts = pl.concat([in_force, opposites])
    is_asked = pl.col("state") == "needs_confirmation"
    return waiting.filter(is_asked | pl.col("entry_key").is_in(counts.implode())).height


def _deliver_open(
    desk: Desk, ledger: str, plugins: Plugins, progress: Progress, wanted: tuple[str, ...]
) -> tuple[dict[str, int], ReconError | None]:
    """Deliver what stands so in the outbox; gives counts by state, and why the ledger failed, if it did."""
    kind = plugins.ledger_type(ledger)
    with desk.store.reading() as connection:
        open_rows = _open(connection, ledger, wanted)
    progress.step(f"Posting to {ledger}", open_rows.height)
    states: dict[str, int] = {}
    if open_rows.is_empty():
        return states, None
    try:
        options = ledger_options(desk, ledger, kind.file_name)
        seconds = desk.workspace.settings.ledger_seconds
        with closing(plugins.connect(ledger, options, seconds=seconds)) as opened:
            for rows in open_rows.iter_slices(_AT_ONCE):
                answers = _deliver(desk, plugins, opened, rows)
                for state, count in answers["state"].value_counts().rows():
                    states[state] = states.get(state, 0) + count
                progress.advance(rows.height)
    except Refused:
        raise
    except ReconError as error:
        return states, error
    return states, None


def outbox(desk: Desk, ledger: str | None = None) -> pl.DataFrame:
    """List what was not delivered: Outbox, without what is posted."""
    table = OUTBOX.table
    where = [table.c.state != "posted"] + ([] if ledger is None else [table.c.ledger == ledger])
    with desk.store.reading() as connection:
        return fetch(connection, OUTBOX, *where)


def would_post(desk: Desk, ledger: str) -> pl.DataFrame:
    """Give the postings that `post` would send now: EntryLog."""
    with desk.store.reading() as connection:
        fresh = _fresh(connection, ledger)
        waiting = _open(connection, ledger)
        queued = by_column(connection, FACT["entries"], "entry_key", set(waiting["entry_key"]))
    return (
        pl.concat([fresh, queued])
        .unique(("entry_key", "posting"))
        .sort("date", "entry_key", "posting")
    )


def ledger_options(desk: Desk, ledger: str, file_name: str | None) -> dict[str, object]:
    """Give a ledger its options; a file ledger lies in the workspace unless the policy says otherwise."""
    options = dict(desk.policy.ledgers.get(ledger, {}))
    if file_name is not None:
        options.setdefault("path", str(desk.workspace.path(file_name)))
    return options


def _queue(desk: Desk, ledger: str) -> int:
    """Store the key of every entry that is to be sent, before anything is sent."""
    with desk.store.writing() as connection:
        catch_up(connection)
        keys = _fresh(connection, ledger)["entry_key"].unique().sort()
        if keys.len():
            rows = pl.DataFrame({"entry_key": keys}).with_columns(
                ledger=pl.lit(ledger),
                state=pl.lit("pending"),
                attempts=pl.lit(0, pl.Int64),
                remote_id=pl.lit(None, pl.String),
                reason=pl.lit(None, pl.String),
            )
            facts = {"ledger": ledger, "entries": keys.len()}
            desk.record(connection, "entries_queued", facts, {"answers": rows})
            catch_up(connection)
    reached("post.key_stored")
    return keys.len()


def _fresh(connection: Connection, ledger: str) -> pl.DataFrame:
    """Give the entries that this ledger was never to get and now is.

    These are the entries of decisions in force; and the opposite of an entry only once the ledger has that one: what was
    taken back before it was queued needs neither, and what the ledger rejected needs none.
    """
    kept = FACT["entries"]
    names = ("entry_key", "state")
    told = fetch(connection, OUTBOX, OUTBOX.table.c.ledger == ledger, names=names)
    in_force = select(LINE_STATES.table.c.decision_no)
    table = kept.table
    found = fetch(connection, kept, table.c.decision_no.in_(in_force))
    # A line may have been decided again before the opposite of its first entry was queued.
    opposites = fetch(connection, kept, table.c.reverses.is_not(None))
    counted = approved_only(connection, opposites)
    every = pl.concat([found, counted]).unique(("entry_key", "posting"), maintain_order=True)
    known, posted = told["entry_key"], told.filter(state="posted")["entry_key"]
    is_known = pl.col("entry_key").is_in(known.implode())
    has_original = pl.col("reverses").is_in(posted.implode())
    return every.filter(~is_known & (pl.col("reverses").is_null() | has_original))


def _deliver(desk: Desk, plugins: Plugins, ledger: OpenLedger, rows: pl.DataFrame) -> pl.DataFrame:
    """Send some entries; those of which nothing was heard are looked up first."""
    unheard = rows.filter(pl.col("state") == "unknown")
    settled = _looked_up(desk, plugins, ledger, unheard)
    left = rows.join(settled, on="entry_key", how="anti") if settled.height else rows
    if left.is_empty():
        return settled
    attempt = left.with_columns(
        state=pl.lit("unknown"),
        attempts=pl.col("attempts") + 1,
        reason=pl.lit("sent, and no answer heard yet"),
    )
    _record(desk, "posting_attempted", ledger.name, attempt)
    with desk.store.reading() as connection:
        entries = by_column(connection, FACT["entries"], "entry_key", set(left["entry_key"]))
    ordered = entries.sort("date", "entry_key", "posting").select(Entries.column_names())
    outcomes = plugins.post(ledger, Entries.validate(ordered))
    reached("post.reply_received")
    answers = attempt.drop("state", "remote_id", "reason").join(
        outcomes.select(
            "entry_key", "remote_id", "reason", state=pl.col("outcome").replace_strict(_STATE)
        ),
        on="entry_key",
    )
    had_before = outcomes.filter(pl.col("outcome") == "duplicate")["entry_key"]
    answers = _doubted(plugins, ledger, answers, had_before)
    _record(desk, "posting_answered", ledger.name, answers)
    reached("post.marked")
    return pl.concat([settled, answers.select(settled.columns)])


def _doubted(
    plugins: Plugins, ledger: OpenLedger, answers: pl.DataFrame, had_before: pl.Series
) -> pl.DataFrame:
    """Give what a ledger says it had before to a person, unless it finds it, or was sent it before.

    To believe it would lose an entry that nobody has.
    """
    if had_before.is_empty():
        return answers
    is_doubtful = pl.col("entry_key").is_in(had_before.implode())
    if plugins.ledger_type(ledger.name).capabilities.finds_by_key:
        found = plugins.find(ledger, had_before.to_list())
        is_doubtful &= ~pl.col("entry_key").is_in(list(found))
        doubt = "it says that it has the entry, and does not find it"
    else:
        is_doubtful &= pl.col("attempts") == 1
        doubt = "it says that it had the entry before it was ever sent"
    return answers.with_columns(
        state=pl.when(is_doubtful).then(pl.lit("needs_confirmation")).otherwise("state"),
        reason=pl.when(is_doubtful).then(pl.lit(doubt)).otherwise("reason"),
    )


def _looked_up(
    desk: Desk, plugins: Plugins, ledger: OpenLedger, unheard: pl.DataFrame
) -> pl.DataFrame:
    """Ask the ledger which of the unheard entries it has; without an answer that settles it a person has to."""
    can = plugins.ledger_type(ledger.name).capabilities
    columns = [name for name in Answers.column_names() if name != "seq"]
    if unheard.is_empty():
        return unheard.select(columns)
    asks = {
        "state": pl.lit("needs_confirmation"),
        "reason": pl.lit("this ledger cannot be asked: look whether it has the entry"),
    }
    if not can.finds_by_key:
        told = unheard.with_columns(**asks)
    else:
        found = plugins.find(ledger, unheard["entry_key"].to_list())
        known = pl.DataFrame(
            {"entry_key": list(found), "found": list(found.values())},
            schema={"entry_key": pl.String, "found": pl.String},
        )
        told = unheard.join(known, on="entry_key").with_columns(
            state=pl.lit("posted"), remote_id="found", reason=pl.lit("found in the ledger")
        )
        if not can.leaves_out_known:
            # It may be late, and would then stand there twice.
            late = pl.lit("it is not there yet, and sent again it could be booked twice")
            left = unheard.filter(~pl.col("entry_key").is_in(list(found)))
            told = pl.concat(
                [told.select(columns), left.with_columns(**asks | {"reason": late}).select(columns)]
            )
    if told.height:
        _record(desk, "posting_answered", ledger.name, told)
    return told.select(columns)


def _record(desk: Desk, kind: str, ledger: str, rows: pl.DataFrame) -> None:
    """Record what was sent or heard, before anything else happens."""
    columns = [name for name in Answers.column_names() if name != "seq"]
    with desk.store.writing() as connection:
        facts = {"ledger": ledger, "entries": rows.height}
        desk.record(connection, kind, facts, {"answers": rows.select(columns)})
        catch_up(connection)
