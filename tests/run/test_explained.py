"""How a line of a run was decided, read back from the run's folder."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from recon.cli.demo import demo_folder
from recon.config import Policy
from recon.errors import ConfigurationError
from recon.match.decision.decide import refusing_rules
from recon.plugins import Plugins
from recon.run.explained import TO_APPLY, explain_line
from recon.run.flow import match_statements
from recon.run.request import MatchRequest
from tests.run.quiet import Quiet


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder, demo = tmp_path_factory.mktemp("out"), demo_folder()
    request = MatchRequest(
        statements=(demo / "statements",), open_items=demo / "open_items.csv",
        customers=demo / "customers.csv", accounts=demo / "accounts.csv",
        history=demo / "history", policy=demo / "policy.toml", out=folder,
    )  # fmt: skip
    match_statements(request, Plugins.discover(), Quiet())
    return folder


def one_with(out, reason):
    lines = pl.read_csv(out / "lines.csv", infer_schema=False)
    return lines.filter(reason=reason)["line_id"].sort()[0]


def test_an_ambiguous_line_shows_both_explanations_and_how_near_they_are(out):
    explained = explain_line(one_with(out, "ambiguous"), out)
    first, second = explained.explanations[:2]

    assert first.refused_by[0] == "ambiguous"
    behind = Decimal(first.facts["bits"]) - Decimal(second.facts["bits"])
    assert f"place 2 is {behind:+.1f} bits behind" in first.to_apply[0]


def test_a_ledger_ends_in_the_sum_of_its_pieces(out):
    lines = pl.read_csv(out / "lines.csv", infer_schema=False)["line_id"]
    ledgers = [one.ledger for line in lines for one in explain_line(line, out).explanations]

    assert len(ledgers) > 10
    for *pieces, total in ledgers:
        assert total.part == "total"
        assert sum(Decimal(piece.bits) for piece in pieces) == Decimal(total.bits)


def test_an_applied_line_is_refused_by_nothing_and_says_where_its_evidence_was_read(out):
    explained = explain_line(one_with(out, "evidence_agrees"), out)
    applied = next(one for one in explained.explanations if one.facts["status"] == "applied")

    assert (applied.refused_by, applied.to_apply) == ((), ())
    assert any(piece.text for piece in applied.ledger)


def test_a_line_that_was_set_aside_has_no_explanation(out):
    assert explain_line(one_with(out, "own_transfer"), out).explanations == ()


def test_a_second_payment_says_what_it_repeats(out):
    explained = explain_line(one_with(out, "duplicate_payment"), out)

    assert explained.note is not None
    assert explained.note.startswith("second payment of ")


def test_times_likelier_is_two_to_the_bits(out):
    explained = explain_line(one_with(out, "evidence_agrees"), out)
    prior = next(piece for piece in explained.explanations[0].ledger if piece.part == "prior")

    assert prior.bits == "-5.059"
    assert prior.times_likelier == "1/33"


def test_every_rule_that_refuses_says_what_would_have_to_change():
    assert {name for name, _ in refusing_rules(Policy(), 0)} <= set(TO_APPLY)


def test_an_id_that_names_no_line_or_several_is_an_error(out):
    for text, said in (
        ("Lnone", "no lines of this run"),
        ("L", "lines of this run begin with 'L'"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            explain_line(text, out)


def test_a_folder_without_a_run_is_an_error_with_a_hint(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        explain_line("L", tmp_path)

    assert "recon match" in (caught.value.hint or "")
