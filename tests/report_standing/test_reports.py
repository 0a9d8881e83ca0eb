"""What the reports say of the sample record: states, ties, roll-forward, and what an earlier day still shows."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from recon.errors import ConfigurationError, IdentityBroken
from recon.report.standing.catalogue import REPORTS, build_report
from recon.report.standing.document import Asked
from recon.report.standing.render import render_files
from tests.report.view_builder import line_id
from tests.report_standing.record_builder import EUR, USD, day
from tests.report_standing.sample import sample

AUGUST, SEPTEMBER, OCTOBER = day(8, 31), day(9, 30), day(10, 20)


@pytest.fixture(scope="module")
def record():
    return sample()


def rows(document, table=None):
    return document.table(table).rows.rows(named=True)


def by_name(document, table, key, value):
    return {row[key]: row[value] for row in rows(document, table)}


def names(document, table=None):
    known = {line_id(name): name for name in [f"{m}{n}" for m in "ABC" for n in range(1, 8)]}
    return [known[row["line_id"]] for row in rows(document, table)]


def test_every_line_that_is_not_cleared_has_a_state(record):
    document = build_report("unmatched", record.standing(OCTOBER))
    states = {name: row["state"] for name, row in zip(names(document), rows(document), strict=True)}

    assert states == {
        "A3": "unidentified", "A6": "unidentified", "A7": "unidentified", "B2": "duplicate_suspect",
        "C1": "awaiting_approval", "C2": "pending", "C3": "unidentified", "C4": "held", "C7": "unidentified",
    }  # fmt: skip


def test_the_age_counts_from_the_value_date_and_its_upper_day_belongs_to_the_bucket(record):
    ages = [(0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, ">90")]  # fmt: skip
    for days, bucket in ages:
        build = sample()
        line = build.rows["lines"][2]
        line["value_date"] = AUGUST - (day(8, 2) - day(8, 1)) * days
        document = build_report("unmatched", build.standing(AUGUST))
        row = next(row for row in rows(document) if row["line_id"] == line["line_id"])

        assert (row["age_days"], row["age_bucket"]) == (days, bucket)


def test_owner_last_action_and_days_since_come_from_the_record(record):
    document = build_report("unmatched", record.standing(OCTOBER))
    row = next(row for row in rows(document) if row["line_id"] == line_id("A3"))

    assert row["owner"].startswith("bob ")
    assert row["last_action"].startswith("anna: handed to bob")
    assert row["days_since"] == 47
    assert row["reason"] == "no_candidate"
    assert (row["file"], row["record"]) == ("2026-08.sta", 3)


def test_totals_by_age_by_reason_and_by_state_come_to_the_lines(record):
    document = build_report("unmatched", record.standing(OCTOBER))
    expected = {("EUR", 6, 2_221_00), ("USD", 3, 545_00)}

    assert {(t.currency, t.count, t.amount) for t in document.body.totals} == expected
    for table in ("by_age", "by_reason", "by_state"):
        sums = (
            document.table(table)
            .rows.group_by("currency")
            .agg(pl.col("count").sum(), pl.col("amount").sum())
        )
        assert set(sums.rows()) == expected, table


def test_opening_and_new_and_opened_again_less_cleared_is_closing(record):
    asked = Asked(earlier=record.standing(AUGUST))
    document = build_report("unmatched", record.standing(OCTOBER), asked)
    steps = {
        (row["currency"], row["step"]): (row["count"], row["amount"])
        for row in rows(document, "roll_forward")
    }

    assert steps["EUR", "opening"] == (2, 400_00)
    assert steps["EUR", "new"] == (5, 2_071_00)
    assert steps["EUR", "cleared"] == (-1, -250_00)
    assert steps["EUR", "closing"] == (6, 2_221_00)
    # A6 was applied in August and undone in September.
    assert steps["USD", "opened_again"] == (1, 300_00)
    assert steps["USD", "closing"] == (3, 545_00)


def test_an_earlier_record_that_is_a_later_one_is_refused(record):
    asked = Asked(earlier=record.standing(OCTOBER))

    with pytest.raises(ConfigurationError, match="the earlier record is of 2026-10-20"):
        build_report("unmatched", record.standing(AUGUST), asked)


@pytest.mark.parametrize("name", ["register", "reconciliation", "postings", "changes"])
def test_a_report_that_takes_no_earlier_record_says_so(record, name):
    asked = Asked(earlier=record.standing(AUGUST))

    with pytest.raises(ConfigurationError, match="does not take an earlier record"):
        build_report(name, record.standing(OCTOBER), asked)


def test_what_was_outstanding_in_august_still_is_when_august_is_printed_again(record):
    """A2 is cleared on 4 September; printed again with all that is known since, August shows it as outstanding."""
    then = build_report("reconciliation", record.standing(AUGUST, known=3))
    again = build_report("reconciliation", record.standing(AUGUST))
    later = build_report("reconciliation", record.standing(SEPTEMBER))

    assert names(then, "outstanding") == ["A2", "A3", "A7"]
    assert names(again, "outstanding") == ["A2", "A3", "A7"]
    assert names(later, "outstanding") == ["A3", "A6", "A7", "B3"]
    # A6 was undone on 5 September: in August it stays posted.
    assert [row for row in rows(again) if row["account"] == USD] == [
        row for row in rows(then) if row["account"] == USD
    ]


def test_a_decision_that_takes_effect_later_counts_from_that_day(record):
    before = build_report("unmatched", record.standing(day(11, 1)))
    after = build_report("unmatched", record.standing(day(11, 2)))

    assert "C3" in names(before)
    assert "C3" not in names(after)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_nothing_of_what_was_recorded_after_the_event_it_is_known_at(record, name):
    build = sample()
    standing = build.standing(AUGUST, known=3)
    first = render_files(name, standing)
    build.event("commented", day(10, 30), actor="eve")

    assert render_files(name, build.standing(AUGUST, known=3)) == first


def test_the_register_ties_to_the_lines(record):
    standing = record.standing(OCTOBER)
    document = build_report("register", standing)
    kept = standing.allocations.filter(kind="on_account", status="applied")
    waiting = standing.lines.filter(status="booked").join(
        standing.decisions.filter(pl.col("fate").is_in(["unmatched", "suggested"])), on="line_id"
    )

    for code in ("EUR", "USD"):
        whole = sum(
            t.amount for t in document.body.totals if (t.name, t.currency) == ("register", code)
        )
        expected = sum(frame.filter(currency=code)["amount"].sum() for frame in (kept, waiting))
        assert whole == expected
    for table in ("by_customer", "by_account", "totals"):
        assert document.table(table).rows["amount"].sum() == document.table().rows["amount"].sum()


def test_a_name_alone_identifies_no_customer_and_an_account_does(record):
    document = build_report("register", record.standing(OCTOBER))
    kinds = {
        (name, row["kind"], row["customer_id"], row["known_by"])
        for name, row in zip(names(document), rows(document), strict=True)
    }

    assert ("C1", "unapplied", "C2", "payer_account") in kinds
    assert ("B2", "on_account", "C1", "decision") in kinds
    assert ("A5", "on_account", "C3", "decision") in kinds
    # Two suggestions name two customers.
    assert ("A7", "unidentified", None, None) in kinds
    assert {name for name, *_ in kinds} == {"A3", "A5", "A6", "A7", "B2", "C1", "C3", "C4", "C7"}


def test_a_line_with_two_decisions_in_force_is_refused(record):
    standing = record.standing(OCTOBER)
    twice = pl.concat([standing.decisions, standing.decisions.head(1)])

    for name in ("unmatched", "register", "reconciliation", "quality"):
        with pytest.raises(IdentityBroken):
            build_report(name, dataclasses.replace(standing, decisions=twice))


def test_the_bank_and_the_books_agree_through_the_items_between(record):
    document = build_report("reconciliation", record.standing(OCTOBER))
    eur = {row["step"]: row["amount"] for row in rows(document) if row["account"] == EUR}

    assert eur == {
        "last_statement": 2_390_00,
        "booked_since": 1_624_00,
        "bank_balance": 4_014_00,
        "opening": 1_000_00,
        "posted_and_delivered": 780_00,
        "posted_not_delivered": 725_00,
        "recorded_elsewhere": -82_00,
        "outstanding": 1_591_00,
        "explained": 4_014_00,
        "difference": 0,
    }


def test_a_stated_book_balance_is_explained_by_what_is_not_in_it(record):
    """The ledger has the opening, what was delivered, and fees and rent that others recorded."""
    right, wrong = "1698.00", "1700.00"
    for balance, difference in ((right, 0), (wrong, -2_00)):
        asked = Asked(book_balances={EUR: balance})
        document = build_report("reconciliation", record.standing(OCTOBER), asked)
        eur = {row["step"]: row["amount"] for row in rows(document) if row["account"] == EUR}

        assert eur["difference"] == difference
        assert document.facts[f"asked_book_balance {EUR}"] == balance


@pytest.mark.parametrize(
    ("given", "said"),
    [({"NOWHERE": "1.00"}, "'NOWHERE' is not in the record"), ({EUR: "1,00"}, "is no amount"), ({EUR: "1.001"}, "decimals")],
)  # fmt: skip
def test_a_book_balance_that_means_nothing_is_refused(record, given, said):
    with pytest.raises(ConfigurationError, match=said):
        build_report("reconciliation", record.standing(OCTOBER), Asked(book_balances=given))


def test_a_line_that_the_feed_lost_shows_as_a_difference(record):
    build = sample()
    build.rows["lines"] = [row for row in build.rows["lines"] if row["bank_reference"] != "A3"]
    steps = rows(build_report("reconciliation", build.standing(OCTOBER)))
    proof = rows(build_report("proof-of-cash", build.standing(OCTOBER)))

    assert [r["amount"] for r in steps if (r["account"], r["step"]) == (EUR, "difference")] == [
        150_00
    ]
    (gap,) = (row for row in proof if row["row"] == "Moved by the bank, told by no line")
    assert (gap["opening"], gap["receipts"], gap["closing"]) == (0, -150_00, -150_00)
    assert all(row["closing"] == 0 for row in proof if row["row"] == "Difference")


def test_the_proof_of_cash_of_september_adds_across_and_down(record):
    asked = Asked(earlier=record.standing(AUGUST))
    document = build_report("proof-of-cash", record.standing(SEPTEMBER), asked)
    eur = {row["row"]: row for row in rows(document) if row["account"] == EUR}

    def columns(name):
        row = eur[name]
        return row["opening"], row["receipts"], row["disbursements"], row["closing"]

    assert columns("Balance per bank") == (2_105_00, 497_00, 212_00, 2_390_00)
    assert columns("Balance per books") == (1_725_00, 747_00, 0, 2_472_00)
    assert columns("Outstanding receipts, not posted yet") == (400_00, -250_00, 0, 150_00)
    assert columns("Correct balance per books") == columns("Correct balance per bank")
    assert columns("Difference") == (0, 0, 0, 0)


def test_a_reversal_names_its_entry_and_the_entry_its_reversal(record):
    document = build_report("postings", record.standing(OCTOBER))
    reversals = [row for row in rows(document) if row["reverses"]]
    reversed_ = [row for row in rows(document) if row["reversed_by"]]

    assert {row["reverses"] for row in reversals} == {row["entry_key"] for row in reversed_}
    assert {row["reversed_by"] for row in reversed_} == {row["entry_key"] for row in reversals}
    totals = {(t.name, t.currency): t.amount for t in document.body.totals}
    assert totals["debits", "EUR"] == totals["credits", "EUR"] == 1_508_00
    assert totals["debits", "USD"] == totals["credits", "USD"] == 600_00


def test_an_entry_that_does_not_balance_is_refused(record):
    build = sample()
    build.rows["entries"][0]["amount"] += 1

    with pytest.raises(IdentityBroken, match="add up to 1, not 0"):
        build_report("postings", build.standing(OCTOBER))


def test_an_entry_says_what_became_of_its_delivery(record):
    document = build_report("postings", record.standing(OCTOBER))
    counts = {
        (row["ledger"], row["delivery"], row["currency"]): row["count"]
        for row in rows(document, "by_delivery")
    }

    assert counts == {
        ("erp", "pending", "EUR"): 1,
        ("erp", "posted", "EUR"): 4,
        ("erp", "rejected", "EUR"): 1,
        (None, "not_queued", "USD"): 2,
    }


def test_a_decision_says_what_it_changed_and_what_became_of_it(record):
    document = build_report("decisions", record.standing(OCTOBER))
    states = by_name(document, None, "decision_no", "state")

    assert list(states) == list(range(1, 26))
    assert states[2] == "followed"
    assert states[6] == "undone"
    assert (states[16], states[23]) == ("in_force", "awaiting_approval")
    assert states[24] == "takes_effect_later"
    eight = rows(document)[7]
    assert (eight["old_fate"], eight["fate"], eight["settled"]) == ("suggested", "applied", "R2")


def test_an_event_says_what_stood_before_and_what_since(record):
    found = {row["seq"]: row for row in rows(build_report("changes", record.standing(OCTOBER)))}

    assert len(found) == 14
    assert found[9]["old"] == "policy.decide.least = 0.99"
    assert found[9]["new"] == "policy.decide.least = 0.999"
    assert (found[2]["old"], found[2]["new"]) == (None, "aa11" * 4)
    assert found[7]["what"].startswith("Lines were decided: decision 9 on line ")
    assert (found[7]["old"], found[7]["new"]) == ("applied (evidence_agrees)", "unmatched (undone)")
    assert found[3]["what"] == "A run was completed: decisions 1 to 7"
    assert found[3]["new"] == "3 applied, 1 not_receivable, 2 suggested, 1 unmatched"
    assert found[12]["what"] == "An approval was answered: decision 23 was granted"
    assert found[4]["what"] == "A period was closed: until 2026-08-31"


@pytest.mark.parametrize(
    ("is_granted", "old"),
    [(True, "applied (split_by_person)"), (False, "unmatched (weak_evidence)")],
)
def test_what_was_refused_never_stood_before_anything(is_granted, old):
    build = sample()
    seq = build.event("approved", day(10, 16), actor="carl")
    build.add(
        "approvals", seq=seq, decision_no=23, is_granted=is_granted, approver="carl",
        at=build.rows["events"][-1]["at"],
    )  # fmt: skip
    seq = build.event("decided", day(10, 17), actor="anna")
    build.decide(seq, "C1", "not_receivable", "marked_by_person", decided_by="anna")
    found = rows(build_report("changes", build.standing(OCTOBER)))[-1]

    assert (found["old"], found["new"]) == (old, "not_receivable (marked_by_person)")


def test_touchless_is_never_shown_without_what_was_corrected_later(record):
    document = build_report("quality", record.standing(OCTOBER))
    measures = {row["measure"]: (row["hits"], row["of"]) for row in rows(document)}

    # Applied by the rule and by nobody else: A1, A5, B1, C6; A6 was undone.
    assert measures["touchless: receivable lines"] == (4, 13)
    assert measures["corrected later: lines applied by a rule"] == (1, 5)
    assert measures["suggestions answered: accepted at rank 1"] == (1, 2)
    assert measures["suggestions answered: accepted at rank 2"] == (0, 2)
    assert measures["suggestions answered: rejected"] == (1, 2)


def test_an_empty_record_gives_every_report(record):
    build = sample()
    kept = ("events", "parties")
    build.rows = {
        name: build.rows[name][:1] if name == "events" else build.rows[name] for name in kept
    }

    for name in REPORTS:
        assert build_report(name, build.standing(OCTOBER)).body.headline


def test_a_decision_that_is_withdrawn_before_its_approval_awaits_nothing(record):
    build = sample()
    seq = build.event("decided", day(10, 16), actor="anna")
    build.decide(seq, "C1", "unmatched", "undone", decided_by="anna", undoes=23)
    standing = build.standing(OCTOBER)
    states = by_name(build_report("decisions", standing), None, "decision_no", "state")
    lines = build_report("unmatched", standing)
    (c1,) = (row for row in rows(lines) if row["line_id"] == line_id("C1"))

    assert (states[16], states[23], states[26]) == ("followed", "undone", "in_force")
    assert c1["state"] == "unapplied"


def test_a_decision_with_all_its_approvals_is_in_force_and_a_refused_one_never(record):
    for is_granted, state, fate in ((True, "in_force", "applied"), (False, "refused", "unmatched")):
        build = sample()
        seq = build.event("approved", day(10, 16), actor="carl")
        build.add(
            "approvals", seq=seq, decision_no=23, is_granted=is_granted, approver="carl",
            at=build.rows["events"][-1]["at"],
        )  # fmt: skip
        standing = build.standing(OCTOBER)
        told = rows(build_report("decisions", standing))[22]

        assert (told["state"], told["granted"]) == (state, 1 + is_granted)
        assert standing.decisions.filter(line_id=line_id("C1"))["fate"].item() == fate


def test_a_statement_without_dates_is_as_old_as_its_last_line(record):
    build = sample()
    for row in build.rows["statements"]:
        row["opening_date"] = row["closing_date"] = None
    steps = rows(build_report("reconciliation", build.standing(OCTOBER)))
    eur = {row["step"]: row["amount"] for row in steps if row["account"] == EUR}

    assert eur["last_statement"] == 2_390_00
    assert eur["difference"] == 0


def test_an_account_without_any_balance_is_led_back_to_nothing(record):
    build = sample()
    build.rows["statements"] = []
    steps = rows(build_report("reconciliation", build.standing(OCTOBER)))
    eur = {row["step"]: row for row in steps if row["account"] == EUR}

    assert eur["last_statement"]["says"] == "no statement states a balance"
    assert eur["opening"]["amount"] == eur["difference"]["amount"] == 0
    assert eur["difference"]["says"].startswith("proves nothing")


def test_the_headline_says_how_many_accounts_prove_nothing(record):
    build = sample()
    for row in build.rows["statements"]:
        if row["account"] == USD:
            row["opening_balance"] = None
    whole = build_report("reconciliation", record.standing(OCTOBER)).body.headline
    halved = build_report("reconciliation", build.standing(OCTOBER)).body.headline

    assert whole == "All of 2 accounts agree; 8 items outstanding."
    assert (
        halved
        == "All of 2 accounts agree, 1 without both balances of the bank; 8 items outstanding."
    )


def test_every_kind_of_event_has_its_words_in_the_log_of_changes():
    from recon.frames.events import KINDS
    from recon.report.standing import changes

    assert set(changes._WORDS) == set(KINDS)
