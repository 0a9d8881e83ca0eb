from __future__ import annotations

import dataclasses
import json

import pytest

from recon.errors import IdentityBroken
from recon.report.console import json_text
from recon.report.summary import run_id, summary
from tests.report.golden import assert_golden
from tests.report.view_builder import ViewBuilder, sample


def test_the_summary_is_as_the_golden_file_says():
    assert_golden("summary.json", json_text(summary(sample().view())).encode())


def test_no_number_with_a_decimal_mark_is_a_json_number():
    plain = json.loads(json.dumps(summary(sample().view())))

    def walk(value):
        assert not isinstance(value, float)
        for inner in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            walk(inner)

    walk(plain)
    assert plain["totals"]["JPY"]["received"] == {"amount": "12000", "count": 1}


def test_keys_are_sorted_all_the_way_down():
    found = summary(sample().view())

    assert json.dumps(found) == json.dumps(found, sort_keys=True)


def test_an_empty_run_has_a_summary():
    found = summary(ViewBuilder().view())

    assert found["totals"] == {}
    assert found["counts"]["lines"] == 0


def test_a_summary_that_does_not_tie_is_refused():
    build = sample()
    build.allocations[0]["amount"] += 1

    with pytest.raises(IdentityBroken):
        summary(build.view())


def test_the_run_is_named_by_what_went_into_it():
    view = sample().view()
    turned = dataclasses.replace(view, inputs=view.inputs[::-1])
    changed = dataclasses.replace(
        view, inputs=(dataclasses.replace(view.inputs[0], sha256="0" * 64), *view.inputs[1:])
    )

    assert run_id(turned) == run_id(view)
    assert run_id(changed) != run_id(view)
    assert run_id(dataclasses.replace(view, policy_hash="f" * 16)) != run_id(view)
