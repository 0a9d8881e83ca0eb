from __future__ import annotations

import dataclasses

import pytest

from recon.errors import IdentityBroken
from recon.report import shown
from recon.report.outputs import render_outputs
from tests.report.view_builder import sample

FILES = {
    "lines.csv",
    "allocations.csv",
    "unmatched.csv",
    "entries.csv",
    "report.html",
    "report.xlsx",
}


def test_the_same_view_gives_the_same_bytes_in_any_order_of_rows():
    view = sample().view()
    names = ("lines", "decisions", "allocations", "entries", "items", "statements", "rejects")
    turned = dataclasses.replace(
        view, **{name: getattr(view, name).reverse() for name in names}, inputs=view.inputs[::-1]
    )
    first = render_outputs(view)

    assert set(first) == FILES
    assert render_outputs(view) == first
    assert render_outputs(turned) == first


def test_a_run_that_does_not_tie_writes_no_file():
    build = sample()
    build.decisions[0]["fate"] = "unmatched"

    with pytest.raises(IdentityBroken):
        render_outputs(build.view())


def test_a_share_is_never_rounded_up_to_all():
    assert shown.share(99_999, 100_000) == "99.9 %"
    assert shown.share(100_000, 100_000) == "100.0 %"
    assert shown.share(0, 0) == "-"


def test_an_amount_is_grouped_and_keeps_its_sign_and_decimals():
    assert shown.amount(-123_456_789, "EUR") == "-1\u202f234\u202f567.89"
    assert shown.amount(-5, "EUR") == "-0.05"
    assert shown.amount(1_200, "JPY") == "1\u202f200"
    assert shown.probability(999_987) == "99.9987 %"
