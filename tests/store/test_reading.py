"""Whatever a frame holds comes back as it was, on both engines, and in one stored form on both."""

from __future__ import annotations

from contextlib import contextmanager

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recon.frames import facts
from recon.frames.allocations import AllocationLog
from recon.frames.decisions import DecisionLog
from recon.frames.entries import EntryLog
from recon.frames.events import Approvals, Comments, Periods
from recon.frames.items import ItemDifferences, ItemVersions
from recon.store import reading
from recon.store.form import stored_form
from recon.store.reading import fetch, fetch_stored
from recon.store.tables import FACT, FACTS, ITEM_STATES, OUTBOX
from recon.store.writing import insert, upsert
from recon.testing.strategies import frames

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

SCHEMAS = {
    "files": facts.ReceivedFiles,
    "statements": facts.StoredStatements,
    "deliveries": facts.Deliveries,
    "rejects": facts.StoredRejects,
    "item_versions": ItemVersions,
    "item_differences": ItemDifferences,
    "party_versions": facts.PartyVersions,
    "own_accounts": facts.StoredAccounts,
    "advices": facts.StoredAdvices,
    "settlements": facts.StoredBatches,
    "batch_lines": facts.BatchLines,
    "decisions": DecisionLog,
    "allocations": AllocationLog,
    "entries": EntryLog,
    "refused_pairs": facts.RefusedLog,
    "approvals": Approvals,
    "comments": Comments,
    "periods": Periods,
    "releases": facts.Releases,
    "answers": facts.Answers,
}
# What breaks careless writers of text; no NUL, which PostgreSQL has no place for.
NASTY = (
    "",
    "\\N",
    "\\.",
    "a\n\\.\nb",
    '"',
    '""',
    "','",
    "a,b;c\td",
    "\r\n",
    "\r",
    "\x01\x1f\x7f",
    "\u2028\u2029\ufeff",
    "\U0001d518 ünïcode ÅŁ",
    "e\u0301",
    "{}",
    "{1,2}",
    "null",
    "NULL",
    "'; DROP TABLE events; --",
    " x ",
)


@contextmanager
def undone(store):
    """A transaction that leaves nothing."""
    with store.engine.connect() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.rollback()


def texts(kept):
    """Columns of free text get every nasty one."""
    nasty = st.sampled_from(NASTY) | st.text(
        st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12
    )
    return {
        name: nasty
        if kept.table.c[name].primary_key or not kept.table.c[name].nullable
        else st.none() | nasty
        for name, dtype in kept.types.items()
        if dtype == pl.String
    }


@st.composite
def rows(draw, kept):
    """Rows of a fact with unique keys, as its table keeps them: any text, the largest numbers, nulls where they may be."""
    values = {
        pl.Int64: st.integers(-(2**63), 2**63 - 1),
        pl.Boolean: st.booleans(),
        pl.Date: st.dates(),
    }
    made = texts(kept)
    for name, dtype in kept.types.items():
        if name in made:
            continue
        one = (
            st.lists(texts_of(), max_size=3)
            if isinstance(dtype, pl.List)
            else values[dtype.base_type()]
        )
        made[name] = one if not kept.table.c[name].nullable else st.none() | one
    told = draw(
        st.lists(
            st.fixed_dictionaries(made),
            max_size=5,
            unique_by=lambda row: tuple(row[name] for name in kept.order),
        )
    )
    return pl.DataFrame(told, schema=kept.types)


def texts_of():
    return st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=("Cs",)), max_size=5)


@pytest.fixture(params=["few", "many"])
def amount(request, monkeypatch):
    """Few rows are read by row; many by column, piece after piece."""
    if request.param == "many":
        monkeypatch.setattr(reading, "_MANY", 0)
        monkeypatch.setattr(reading, "_ROWS_AS_JSON", 2)
        monkeypatch.setattr(reading, "_ROWS_BY_HASH", 2)


@pytest.mark.usefixtures("amount")
@pytest.mark.parametrize("kept", FACTS, ids=lambda kept: kept.name)
def test_every_row_of_every_fact_comes_back_as_it_was(store, kept):
    @settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(rows(kept))
    def comes_back(frame):
        stored = stored_form(kept, frame)
        with undone(store) as connection:
            insert(connection, kept, stored)

            assert fetch_stored(connection, kept).equals(stored)
            assert fetch(connection, kept).equals(frame.sort(kept.order))

    comes_back()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_what_its_schema_allows_is_what_a_fact_keeps(name):
    assert set(SCHEMAS) == set(FACT)

    @settings(max_examples=5)
    @given(frames(SCHEMAS[name]))
    def keeps(frame):
        assert FACT[name].columns == list(frame.columns)
        assert stored_form(FACT[name], frame).height == frame.height

    keeps()


@pytest.mark.usefixtures("amount")
@pytest.mark.parametrize("text", NASTY)
def test_any_text_of_a_bank_is_one_text_on_both_stores(store, text):
    kept = FACT["comments"]
    frame = pl.DataFrame(
        [{"seq": 1, "line_id": "L", "at": "now", "actor": "a", "owner": None, "comment": text}],
        schema=kept.types,
    )
    with undone(store) as connection:
        insert(connection, kept, stored_form(kept, frame))

        assert fetch(connection, kept)["comment"].to_list() == [text]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=6))
@example([("a", 1), ("a", 1)])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_put_again_under_its_key_stands_once(store, told):
    state = {}
    with undone(store) as connection:
        for key, attempts in told:
            state[key] = attempts
            row = {
                "ledger": key,
                "entry_key": "K",
                "state": "posted",
                "attempts": attempts,
                "seq": 1,
            }
            upsert(
                connection,
                OUTBOX,
                pl.DataFrame([{**dict.fromkeys(OUTBOX.types), **row}], schema=OUTBOX.types),
            )
        found = fetch(connection, OUTBOX).select("ledger", "attempts").rows()

    assert found == sorted(state.items())


def test_many_rows_come_back_also_where_columns_are_empty(store):
    count = 25_000
    frame = pl.DataFrame(
        {"item_id": [f"I{number:06d}" for number in range(count)], "open_amount": range(count)}
    )
    full = pl.DataFrame(schema=ITEM_STATES.types)
    fixed = {"kind": "invoice", "number": "N", "currency": "EUR", "book_amount": 0, "unseen": 0}
    frame = pl.concat(
        [
            full,
            frame.with_columns(
                **{k: pl.lit(v) for k, v in fixed.items()}, is_in_books=pl.lit(True)
            ),
        ],
        how="diagonal_relaxed",
    ).cast(dict(ITEM_STATES.types))
    with undone(store) as connection:
        upsert(connection, ITEM_STATES, frame)

        assert fetch(connection, ITEM_STATES).equals(frame.select(ITEM_STATES.columns))


def test_nothing_is_read_from_an_empty_table_with_the_types_of_its_frame(store):
    with store.reading() as connection:
        for kept in FACTS:
            found = fetch(connection, kept)

            assert found.is_empty()
            assert found.schema == kept.types
