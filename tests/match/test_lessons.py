"""Lessons that others paid for, each by its name. The worlds are written as scenarios, see fixtures/scenarios."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from recon.frames.evidence import Evidence
from recon.frames.proposals import ProposedSets
from recon.plugins import Plugins
from tests.match.worlds import applied
from tests.scenarios.build import World, build_world, inputs_of, run_world
from tests.scenarios.language import read_scenarios

ACME = 'customer C1 "ACME GmbH"'


def world_of(*rows: str) -> World:
    """Read one world; what is expected of its lines is what the test says."""
    names = [row.split()[1] for row in rows if row.startswith("line ")]
    text = "\n".join(["# lesson", *rows, *(f"expect {name} unmatched" for name in names)])
    return build_world(read_scenarios(text, "lesson")[0])


def fates_of(*rows: str) -> dict[str, tuple[str, str]]:
    world = world_of(*rows)
    seen = run_world(world.inputs, world.policy).matched.decisions
    return {
        world.line_names[line]: (fate, reason)
        for line, fate, reason in seen.select("line_id", "fate", "reason").rows()
    }


def test_14_is_not_in_1814():
    item = "item 14 812.40 EUR of C1"

    assert fates_of('line L1 2026-01-15 17.00 EUR "Rechnung 1814"', item, ACME)["L1"] == (
        "unmatched",
        "no_candidate",
    )
    assert fates_of('line L1 2026-01-15 812.40 EUR "1814"', item, ACME)["L1"] == (
        "suggested",
        "one_class_only",
    )


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ('812.40 EUR "INV-1001"', "evidence_agrees"),
        ('17.00 EUR "INV-1001"', "one_class_only"),  # the amount vetoes
        ('812.40 USD "INV-1001"', "currency_differs"),
        ('812.40 EUR "INV-1001" from "Bolt AG"', "party_conflict"),
    ],
)
def test_a_reference_proposes_but_amount_currency_and_party_can_veto(line, refusal):
    rows = ("item INV-1001 812.40 EUR of C1", ACME, 'customer C2 "Bolt AG"')
    fate, reason = fates_of(f"line L1 2026-01-15 {line}", *rows)["L1"]

    assert reason == refusal
    assert (fate == "applied") == (refusal == "evidence_agrees")


def test_a_tolerance_needs_a_second_signal():
    item = "item INV-1001 812.40 EUR of C1"
    with_signal = 'line L1 2026-01-15 812.38 EUR "INV-1001"'
    without = 'line L1 2026-01-15 812.38 EUR "thank you"'

    assert fates_of(with_signal, item, ACME)["L1"] == ("applied", "evidence_agrees")
    assert fates_of(without, item, ACME)["L1"] == ("unmatched", "no_candidate")


def test_an_overpayment_is_not_within_tolerance():
    world = world_of(
        'line L1 2026-01-15 812.42 EUR "INV-1001" from "ACME GmbH"',
        "item INV-1001 812.40 EUR of C1",
        ACME,
    )
    kinds = run_world(world.inputs, world.policy).allocations.select("kind", "amount").rows()

    assert sorted(kinds) == [("on_account", 2), ("payment", 81240)]


def test_an_amount_coincidence_is_never_applied():
    # However rare the amount and however many lines have one, no amount alone is applied.
    amounts = [f"{1000 + 37 * at}.{at:02}" for at in range(1, 13)]
    lines = [f'line L{at} 2026-01-15 {amount} EUR "thank you"' for at, amount in enumerate(amounts)]
    items = [f"item INV-{at} {amount} EUR of C1" for at, amount in enumerate(amounts)]

    assert {fate for fate, _ in fates_of(*lines, *items, ACME).values()} == {"suggested"}


def test_sums_within_a_tolerance_are_coincidence():
    # 20 open items, up to 4 at a time, +-1.00: nearly half of unrelated amounts fit some sum.
    items = [f"item INV-{at} {100 + 7 * at}.{at:02} EUR of C1" for at in range(20)]
    policy = ('policy tolerance.amount = "1"', 'policy tolerance.percent = "5"')
    lines = [
        f'line L{at} 2026-01-15 {amount} EUR "thank you" from "ACME GmbH"'
        for at, amount in enumerate(("345.67", "478.91", "789.10"))
    ]

    # No sum is offered: what a certain payer sends without a word is at most a payment on its account.
    assert set(fates_of(*policy, *lines, *items, ACME).values()) == {
        ("suggested", "account_payment")
    }


def test_one_account_can_belong_to_several_parties():
    account = "DE75512108001245126199"
    customers = (
        f'customer C1 "ACME GmbH" account {account}',
        f'customer C2 "Bolt AG" account {account}',
    )
    items = ("item INV-1001 812.40 EUR of C1", "item INV-2001 812.40 EUR of C2")
    line = f'line L1 2026-01-15 812.40 EUR "{{}}" account {account}'

    assert fates_of(line.format("thank you"), *items, *customers)["L1"] == (
        "suggested",
        "ambiguous",
    )
    assert fates_of(line.format("INV-2001"), *items, *customers)["L1"] == (
        "applied",
        "evidence_agrees",
    )


LINES = (
    'line L1 2026-01-15 812.40 EUR "INV-1001" from "ACME GmbH"',
    'line L2 2026-01-16 555.10 EUR "thank you" from "Bolt AG"',
    'line L3 2026-01-16 999.95 EUR "INV-2002" from "Bolt AG"',
    'line L4 2026-01-17 300.00 EUR "INV-1002 INV-1003"',
    'line L5 2026-01-18 812.40 EUR "INV-1001" from "ACME GmbH"',
)
BOOKS = (
    "item INV-1001 812.40 EUR of C1",
    "item INV-1002 100.00 EUR of C1",
    "item INV-1003 200.00 EUR of C1",
    "item INV-2001 555.10 EUR of C2",
    "item INV-2002 1000.00 EUR of C2",
    ACME,
    'customer C2 "Bolt AG"',
)


def test_an_unrelated_item_changes_no_match():
    before = world_of(*LINES, *BOOKS)
    after = world_of(
        *LINES, *BOOKS, "item ZQ/88-777-X 44499.13 EUR of C9", 'customer C9 "Xylophon Orchester"'
    )
    matched = applied(run_world(before.inputs, before.policy))

    assert len(matched) == 7
    assert applied(run_world(after.inputs, after.policy)) == matched


def test_shuffling_the_input_changes_nothing():
    expected = None
    for rows in itertools.islice(itertools.permutations(range(len(LINES))), 0, 120, 24):
        world = world_of(*LINES, *BOOKS)
        given = world.inputs
        turned = inputs_of(
            given.lines[list(rows)], given.items[list(rows)], given.parties.reverse(), given.closed
        )
        outcome = run_world(turned, world.policy)
        expected = expected or outcome

        assert_frame_equal(outcome.allocations, expected.allocations)
        assert_frame_equal(outcome.matched.decisions, expected.matched.decisions)


def test_the_order_in_which_plugins_speak_decides_nothing():
    world = world_of(
        'line L1 2026-01-15 812.40 EUR "as agreed"',
        "item INV-1001 812.40 EUR of C1",
        "item INV-1002 812.40 EUR of C1",
    )
    line = world.inputs.lines["line_id"][0]
    spoken = [
        {
            "line_id": line,
            "item_id": item,
            "evidence_class": kind,
            "kind": f"{name} says",
            "millibits": weight,
            "text": None,
        }
        for name in ("anna", "bert")
        for item, kind, weight in (("INV-1001", "history", 12_000), ("INV-1002", "history", 3_000))
    ]
    sets = [
        {"line_id": line, "set_name": name, "item_id": "INV-1001"}
        for name in ("anna: one", "bert: one")
    ]
    outcomes = [
        run_world(with_plugins(world, evidence, proposed), world.policy)
        for evidence, proposed in ((spoken, sets), (spoken[::-1], sets[::-1]))
    ]

    assert outcomes[0].matched.proposals.height > 0
    assert_frame_equal(outcomes[0].matched.proposals, outcomes[1].matched.proposals)
    assert_frame_equal(outcomes[0].matched.evidence, outcomes[1].matched.evidence)
    assert_frame_equal(outcomes[0].allocations, outcomes[1].allocations)


def with_plugins(world, evidence, sets):
    return type(world.inputs)(
        lines=world.inputs.lines,
        items=world.inputs.items,
        parties=world.inputs.parties,
        closed=world.inputs.closed,
        own_accounts=world.inputs.own_accounts,
        more_evidence=Evidence.validate(
            pl.DataFrame(evidence, schema=Evidence.create_empty().schema)
        ),
        more_sets=ProposedSets.validate(
            pl.DataFrame(sets, schema=ProposedSets.create_empty().schema)
        ),
    )


class Claiming:
    """A format that claims every file."""

    def __init__(self, name):
        self.name = name

    def sniff(self, head, file_name):
        return True

    def read(self, source, options):
        raise AssertionError


@pytest.mark.parametrize("names", list(itertools.permutations(["anna", "bert"])))
def test_the_order_of_plugins_decides_nothing(names):
    plugins = Plugins.for_tests([Claiming(name) for name in names])

    assert plugins.names("format") == ("anna", "bert")
    assert sorted(plugins.sniff_all(b"x", "a.sta").formats) == ["anna", "bert"]
