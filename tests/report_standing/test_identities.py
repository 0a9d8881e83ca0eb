"""Whatever was decided and posted: the roll-forward closes, the register ties, the bank and the books meet."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import IdentityBroken
from recon.report.standing.catalogue import build_report
from recon.report.standing.document import Asked
from recon.report.standing.roll_forward import roll_forward
from tests.examples import examples
from tests.report_standing.record_builder import EUR, USD, RecordBuilder, day

FATES = ("applied", "on_account", "suggested", "unmatched", "not_receivable", "returned")
START, MIDDLE, END = day(8, 1), day(8, 15), day(8, 31)
MINOR = st.integers(1, 10**12)


@st.composite
def movements(draw):
    """Draw a line: account, day, amount, its fates one after another, and whether each is posted."""
    fates = draw(st.lists(st.sampled_from(FATES), min_size=1, max_size=3))
    return {
        "account": draw(st.sampled_from((EUR, USD))),
        "on": START + dt.timedelta(days=draw(st.integers(0, 30))),
        "amount": draw(MINOR) * draw(st.sampled_from((1, 1, 1, -1))),
        "fates": fates,
        "later": draw(st.integers(0, 10)),
    }


def record_of(lines: list[dict[str, object]]) -> RecordBuilder:
    """Let all of it happen: each decision follows its line, and takes back what the one before had posted."""
    build = RecordBuilder()
    build.event("store_created", START)
    sums = {EUR: 0, USD: 0}
    for number, line in enumerate(lines):
        name = f"N{number}"
        build.line(name, line["account"], line["on"], line["amount"])
        sums[line["account"]] += line["amount"]
        posted = None
        for step, fate in enumerate(line["fates"]):
            on = line["on"] + dt.timedelta(days=step * line["later"])
            kind = {"applied": "payment", "on_account": "on_account"}.get(fate)
            status = "suggested" if fate == "suggested" else "applied"
            item = f"R{number}" if fate in {"applied", "suggested"} else None
            given_ = [(item, line["amount"], "C1", kind or "payment", status)]
            # An undo and what follows it are two events, as they are in life.
            if posted is not None:
                undo = build.decide(
                    build.event("decided", on), name, "unmatched", "undone",
                    decided_by="anna", undoes=posted,
                )  # fmt: skip
                build.post(undo, reverses=posted)
            seq = build.event("decided", on)
            has_rows = kind is not None or fate == "suggested"
            decision = build.decide(seq, name, fate, "any", allocations=given_ if has_rows else ())
            posted = decision if kind else None
            if posted:
                build.post(posted)
    for account, moved in sums.items():
        build.statement(account, 8, 100_00, 100_00 + moved)
    return build


@given(st.lists(movements(), max_size=8))
@settings(max_examples=examples(4), deadline=None)
def test_the_identities_hold_whatever_was_decided_and_taken_back(lines):
    build = record_of(lines)
    before, now = build.standing(MIDDLE), build.standing(END)
    asked = Asked(earlier=before)
    steps = build_report("unmatched", now, asked).table("roll_forward").rows
    totals = build_report("unmatched", now).body.totals

    for code in steps["currency"].unique():
        own = {row["step"]: row for row in steps.filter(currency=code).rows(named=True)}
        for column in ("count", "amount"):
            led = sum(own[step][column] for step in ("opening", "new", "opened_again", "cleared"))
            assert led == own["closing"][column]
        closing = [(t.count, t.amount) for t in totals if t.currency == code]
        assert closing in ([(own["closing"]["count"], own["closing"]["amount"])], [])
    waiting = now.decisions.filter(pl.col("fate").is_in(["unmatched", "suggested"]))
    kept = now.allocations.filter(kind="on_account", status="applied")["amount"].sum()
    expected = now.lines.join(waiting, on="line_id")["amount"].sum() + kept
    assert build_report("register", now).table().rows["amount"].sum() == expected
    differences = build_report("reconciliation", now).table().rows.filter(step="difference")
    assert differences["amount"].to_list() == [0, 0]
    proof = build_report("proof-of-cash", now, asked).table().rows
    assert proof.filter(row="Difference").select(
        "opening", "receipts", "disbursements", "closing"
    ).sum().row(0) == (0, 0, 0, 0)
    # The feed is whole, so nothing has to be put to the bank's side.
    assert proof.filter(pl.col("side") == "bank").height == 2 * proof["account"].n_unique()
    across = pl.col("opening") + pl.col("receipts") - pl.col("disbursements") == pl.col("closing")
    assert proof.select(across.all()).item()


def open_of(rows: dict[int, int]) -> pl.DataFrame:
    schema = {"line_id": pl.String, "currency": pl.String, "amount": pl.Int64}
    told = [(f"L{number}", "EUR", amount) for number, amount in rows.items()]
    return pl.DataFrame(told, schema=schema, orient="row")


@given(
    st.dictionaries(st.integers(0, 20), MINOR, max_size=12),
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 20)),
)
def test_the_steps_lead_from_what_was_open_to_what_is(amounts, was_open, is_open, was_known):
    before = {n: amount for n, amount in amounts.items() if n in was_open}
    now = {n: amount for n, amount in amounts.items() if n in is_open}
    known = open_of({n: amount for n, amount in amounts.items() if n in was_known | was_open})
    steps = {
        row["step"]: (row["count"], row["amount"])
        for row in roll_forward(open_of(before), open_of(now), known).rows(named=True)
    }

    if not before and not now:
        assert steps == {}
        return
    assert steps["opening"] == (len(before), sum(before.values()))
    assert steps["closing"] == (len(now), sum(now.values()))
    gone = [amount for n, amount in before.items() if n not in now]
    assert steps["cleared"] == (-len(gone), -sum(gone))
    again = [amount for n, amount in now.items() if n in was_known and n not in before]
    assert steps["opened_again"] == (len(again), sum(again))


def test_a_line_whose_amount_changed_breaks_the_roll_forward():
    with pytest.raises(
        IdentityBroken, match=r"comes to 1 lines of 1\.00 EUR, but 1 lines of 2\.00 EUR"
    ):
        roll_forward(open_of({1: 1_00}), open_of({1: 2_00}), open_of({1: 1_00}))


def test_sums_beyond_64_bits_do_not_wrap():
    most = dict.fromkeys(range(10_000), 10**15)
    steps = roll_forward(open_of({}), open_of(most), open_of({}))

    assert steps.filter(step="closing")["amount"].to_list() == [10**19]
