"""What an allocation says of the advice behind it: an auditor must find the payer's paper."""

from __future__ import annotations

from tests.scenarios.build import build_world, run_world
from tests.scenarios.language import read_scenarios

SCENARIO = """# an advice
line  L1  2026-02-10  1300.00 EUR  ""  from "ACME GmbH"
item  1001  500.00 EUR  of C1
item  1002  800.00 EUR  of C1
item  1003  500.00 EUR  of C1
customer C1 "ACME GmbH"
advice A-17 1300.00 EUR  by "Acme GmbH"  item 1003 paid 500.00  item 1002 paid 800.00
expect L1 applied 1002 800.00, 1003 500.00
"""


def test_a_set_names_the_advice_that_told_it():
    (scenario,) = read_scenarios(SCENARIO, "advice")
    world = build_world(scenario)
    because = run_world(world.inputs, world.policy).allocations["because"].unique().to_list()

    assert len(because) == 1
    assert "set: all quoted of 2 items; reference by advice A-17 +48.0 bits;" in because[0]


def test_a_set_that_the_text_quotes_names_none():
    quoted = SCENARIO.replace('""', '"1003 1002"').splitlines()
    (scenario,) = read_scenarios("\n".join(row for row in quoted if row[:6] != "advice"), "text")
    world = build_world(scenario)
    because = run_world(world.inputs, world.policy).allocations["because"]

    assert because.str.contains(r"set: all quoted of 2 items; reference \+[0-9]").all()
