"""The sample record: three months of a small treasury, day by day."""

from __future__ import annotations

from tests.report.view_builder import FORMULA, SCRIPT, line_id
from tests.report_standing.record_builder import EUR, POLICY_2, USD, RecordBuilder, day

BIDI = "\u202eevil\x1b[2J"


def sample() -> RecordBuilder:
    build = RecordBuilder()
    build.event("store_created", day(8, 1))
    build.event("policy_set", day(8, 1), actor="admin", policy_told={"decide": {"least": "0.99"}})
    _parties(build)
    _august(build)
    _september(build)
    _october(build)
    return build


def _parties(build: RecordBuilder) -> None:
    people = (
        ("C1", "Müller & Söhne GmbH", ["DE02120300000000202051"]),
        ("C2", SCRIPT, ["FR7630006000011234567890189"]),
        ("C3", FORMULA, []),
    )
    for customer, name, accounts in people:
        build.add("parties", customer_id=customer, name=name, accounts=accounts, aliases=[])


def _august(build: RecordBuilder) -> None:
    build.statement(EUR, 8, 1_000_00, 2_105_00)
    build.statement(USD, 8, 500_00, 1_000_00)
    build.line("A1", EUR, day(8, 3), 400_00, payer_name="Müller & Söhne GmbH")
    build.line("A2", EUR, day(8, 5), 250_00, payer_account="DE02120300000000202051")
    build.line("A3", EUR, day(8, 6), 150_00, payer_name=SCRIPT, remittance=BIDI)
    build.line("A4", EUR, day(8, 10), -20_00, payer_name="Bank")
    build.line("A5", EUR, day(8, 12), 325_00, payer_name=FORMULA, value_date=None)
    build.line("A6", USD, day(8, 14), 300_00, payer_name="Acme Inc")
    build.line("A7", USD, day(8, 31), 200_00, payer_name="Acme Inc", remittance="-2+3")
    run = build.event("run_completed", day(8, 31), lines=7)
    one = build.decide(run, "A1", "applied", "evidence_agrees", allocations=[("R1", 400_00, "C1")])
    build.post(one, state="posted", seq=run)
    build.decide(
        run, "A2", "suggested", "below_threshold", note=f"nearest: R2 {SCRIPT}",
        allocations=[
            ("R2", 250_00, "C1", "payment", "suggested", 1),
            ("R3", 250_00, "C1", "payment", "suggested", 2),
        ],
    )  # fmt: skip
    build.decide(run, "A3", "unmatched", "no_candidate", note=FORMULA)
    build.decide(run, "A4", "not_receivable", "bank_fee")
    rest = [("R5", 300_00, "C3"), (None, 25_00, "C3", "on_account")]
    five = build.decide(run, "A5", "applied", "evidence_agrees", allocations=rest)
    build.post(five, state="rejected", seq=run, reason=FORMULA)
    six = build.decide(run, "A6", "applied", "evidence_agrees", allocations=[("U1", 300_00, "C2")])
    build.post(six)
    build.decide(
        run, "A7", "suggested", "ambiguous",
        allocations=[
            ("U2", 200_00, "C2", "payment", "suggested", 1),
            ("U3", 200_00, "C3", "payment", "suggested", 2),
        ],
    )  # fmt: skip


def _september(build: RecordBuilder) -> None:
    build.statement(EUR, 9, 2_105_00, 2_390_00)
    build.statement(USD, 9, 1_000_00, 1_000_00)
    closed = build.event("period_closed", day(9, 2), actor="anna", closed_until="2026-08-31")
    build.add(
        "periods", seq=closed, closed_until=day(8, 31), is_closed=True, at=_at(build, closed),
        actor="anna", reason=FORMULA,
    )  # fmt: skip
    handed = build.event("assigned", day(9, 3), actor="anna")
    build.add(
        "comments", seq=handed, line_id=line_id("A3"), at=_at(build, handed), actor="anna",
        owner=f"bob {SCRIPT}", comment="who is it?",
    )  # fmt: skip
    # A2 is accepted on 4 September: August keeps it outstanding.
    accepted = build.event("decided", day(9, 4), actor="anna")
    two = build.decide(
        accepted, "A2", "applied", "accepted_by_person", decided_by="anna", comment=FORMULA,
        allocations=[("R2", 250_00, "C1")],
    )  # fmt: skip
    build.post(two, state="posted", seq=accepted)
    # A6 was applied by the rule and is undone.
    undo = build.event("decided", day(9, 5), actor="bob")
    undone = build.decide(undo, "A6", "unmatched", "undone", decided_by="bob", undoes=6)
    build.post(undone, reverses=6)
    build.line("B1", EUR, day(9, 7), 97_00, payer_name="Müller & Söhne GmbH")
    build.line("B2", EUR, day(9, 8), 400_00, payer_name="Müller & Söhne GmbH")
    build.line("B3", EUR, day(9, 9), -150_00, payer_name=SCRIPT)
    build.line("B4", EUR, day(9, 21), -62_00, payer_name="Landlord")
    build.line("B5", USD, day(9, 10), 60_00, payer_name="Acme Inc")
    build.line("B6", USD, day(9, 11), -60_00, payer_name="Acme Inc")
    run = build.event("run_completed", day(9, 30), lines=6)
    off = [("R6", 97_00, "C1"), ("R6", 3_00, "C1", "write_off")]
    wrote = build.decide(run, "B1", "applied", "evidence_agrees", allocations=off)
    build.post(wrote, state="posted", seq=run)
    kept = build.decide(
        run, "B2", "on_account", "duplicate_payment",
        allocations=[(None, 400_00, "C1", "on_account")],
    )  # fmt: skip
    build.post(kept, state="pending", seq=run)
    build.decide(run, "B3", "returned", "return_of_earlier_receipt")
    build.decide(run, "B4", "not_receivable", "payment_out")
    build.decide(run, "B5", "returned", "returned_later")
    build.decide(run, "B6", "returned", "return_of_receipt")


def _october(build: RecordBuilder) -> None:
    build.event(
        "policy_set",
        day(10, 1),
        actor="admin",
        policy=POLICY_2,
        policy_told={"decide": {"least": "0.999"}},
    )
    build.line("C1", EUR, day(10, 2), 1_500_00, payer_account="FR7630006000011234567890189")
    build.line("C2", EUR, day(10, 5), 80_00, status="pending", is_held=True)
    build.line("C3", EUR, day(10, 6), 70_00, payer_name=BIDI)
    build.line("C4", USD, day(10, 7), 45_00, payer_name="Acme Inc", is_held=True)
    build.line("C5", USD, day(10, 8), 10_00, payer_name="Interest")
    build.line("C6", EUR, day(10, 9), 33_00, payer_name="Late Ltd")
    build.line("C7", EUR, day(10, 9), 21_00, payer_name="Later Ltd")
    run = build.event("run_completed", day(10, 9), policy=POLICY_2, lines=7)
    build.decide(run, "C1", "unmatched", "weak_evidence", policy_hash=POLICY_2)
    build.decide(run, "C2", "unmatched", "no_candidate", policy_hash=POLICY_2)
    build.decide(run, "C3", "unmatched", "no_candidate", policy_hash=POLICY_2)
    build.decide(run, "C4", "unmatched", "held_balance_break", policy_hash=POLICY_2)
    build.decide(run, "C5", "not_receivable", "interest", policy_hash=POLICY_2)
    six = build.decide(
        run, "C6", "applied", "evidence_agrees", policy_hash=POLICY_2,
        allocations=[("R9", 33_00, "C2")],
    )  # fmt: skip
    build.post(six, state="posted", seq=run)
    build.decide(
        run, "C7", "suggested", "ambiguous", policy_hash=POLICY_2,
        allocations=[("R10", 21_00, "C2", "payment", "suggested", 1)],
    )  # fmt: skip
    # C1 awaits a second person; C3 counts from November on.
    asked = build.event("decided", day(10, 12), actor="anna", policy=POLICY_2)
    waiting = build.decide(
        asked, "C1", "applied", "split_by_person", decided_by="anna", approvals_needed=2,
        policy_hash=POLICY_2, allocations=[("R7", 1_500_00, "C2")],
    )  # fmt: skip
    answered = build.event("approved", day(10, 13), actor="bob", policy=POLICY_2)
    build.add(
        "approvals", seq=answered, decision_no=waiting, is_granted=True, approver="bob",
        at=_at(build, answered), comment=FORMULA,
    )  # fmt: skip
    late = build.event("decided", day(10, 14), actor="bob", policy=POLICY_2)
    build.decide(
        late, "C3", "applied", "split_by_person", decided_by="bob", effective_on=day(11, 2),
        policy_hash=POLICY_2, allocations=[("R8", 70_00, "C2")],
    )  # fmt: skip
    refused = build.event("decided", day(10, 15), actor="bob", policy=POLICY_2)
    build.decide(
        refused, "C7", "unmatched", "rejected_by_person", decided_by="bob", policy_hash=POLICY_2
    )


def _at(build: RecordBuilder, seq: int) -> str:
    at = build.rows["events"][seq - 1]["at"]
    assert isinstance(at, str)
    return at
