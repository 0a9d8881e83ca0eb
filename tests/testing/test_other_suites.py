"""The suites for sources, judges, passes and reports pass what is sound and name the rule that a broken one breaks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import os
from pathlib import Path

import polars as pl
import pytest

from recon.api import (
    Books,
    ClosedItems,
    ConfigurationError,
    Evidence,
    Items,
    OwnAccounts,
    ProposedSets,
    Remittances,
    UnreadableItems,
)
from recon.testing import (
    EvidenceConformance,
    NotConforming,
    PassConformance,
    ReportConformance,
    SourceConformance,
    check_evidence,
    check_pass,
    check_report,
    check_source,
    samples,
)
from recon_item_file.plugin import ItemFile
from tests.docs.calling import ROOT

DEMO = ROOT / "fixtures" / "demo"


class Source:
    """Books in memory; as of a day it tells what was issued until then."""

    name = "memory"

    def items(self):
        return samples.items()

    def fetch(self, as_of, options):
        if set(options) - {"nobody"}:
            raise ConfigurationError("it has no such option")
        if options:
            raise UnreadableItems("nobody is there")
        items = self.items()
        if as_of is not None:
            items = Items.validate(items.filter(pl.col("issue_date") <= as_of))
        empty = (Remittances, ClosedItems, OwnAccounts)
        return Books(items, samples.parties(), *(one.create_empty() for one in empty))


def changed(**columns):
    class Changed(Source):
        def items(self):
            return Items.validate(samples.items().with_columns(**columns))

    return Changed


class Doubles(Source):
    def items(self):
        return pl.concat([samples.items(), samples.items()])


class Fickle(Source):
    calls = 0

    def items(self):
        Fickle.calls += 1
        return Items.validate(samples.items().head(2 + self.calls % 2))


class TakesAnyOption(Source):
    def fetch(self, as_of, options):
        return super().fetch(as_of, {})


class Crashes(Source):
    def fetch(self, as_of, options):
        if "nobody" in options:
            raise ConnectionError("refused")
        return super().fetch(as_of, options)


class KnowsTheFuture(Source):
    def items(self):
        later = pl.Series([samples.DAY, samples.DAY, dt.date(2027, 1, 1)])
        return Items.validate(samples.items().with_columns(issue_date=later))

    def fetch(self, as_of, options):
        return super().fetch(None, options)


def claiming(claims):
    class Claims(Source):
        def claims_advice(self, head, file_name):
            return claims(head)

    return Claims


def test_sound_sources_are_passed():
    check_source(Source(), {}, broken={"nobody": True}, knows_the_past=True)
    options = {"items": str(DEMO / "open_items.csv"), "customers": str(DEMO / "customers.csv")}
    sound = claiming(lambda head: head.startswith(b"UNB+"))
    check_source(sound(), {}, broken={"nobody": True}, knows_the_past=True)
    check_source(ItemFile(), options, broken={"items": "no_such_file.csv"})


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Doubles, "its frames keep their schemas: memory"),
        (changed(kind=pl.lit("credit_note")), "credit notes are negative, all else positive"),
        (changed(open_amount=pl.lit(0, pl.Int64)), "such as INV-1001, are closed items"),
        (changed(customer_id=pl.lit("C99")), "is of customer C99, who is not among"),
        (changed(currency=pl.lit("XQX")), "no ISO 4217 currency: XQX"),
        (Fickle, "fetched twice as of now, the items differ"),
        (TakesAnyOption, "takes the option 'no_such_option' in silence"),
        (TakesAnyOption, "of books that cannot be read it tells 3 items"),
        (Crashes, "raise UnreadableItems or ConfigurationError with a hint"),
        (KnowsTheFuture, "1 items that were issued later"),
        (claiming(lambda head: b"<" in head), "claims a file that begins with b'<html>"),
        (claiming(lambda head: head[0] == 60), "claims_advice must not raise"),
    ],
)
def test_a_source_that_breaks_a_rule_is_told_which(kind, said):
    with pytest.raises(NotConforming) as caught:
        check_source(kind(), {}, broken={"nobody": True}, knows_the_past=True)

    assert said in str(caught.value).replace("tests (tests 0), fetch of ", "")


class Judge:
    """Sees the purchase order in the text."""

    name = "orders"

    def find(self, lines, items, parties):
        pairs = lines.join(items, how="cross").filter(
            pl.col("remittance").str.contains(pl.col("purchase_order"), literal=True)
        )
        return Evidence.validate(
            pairs.select(
                "line_id",
                "item_id",
                evidence_class=pl.lit("reference"),
                kind=pl.lit("order"),
                millibits=pl.lit(9_000, pl.Int64),
                text=pl.col("purchase_order"),
            )
        )


class Silent(Judge):
    def find(self, lines, items, parties):
        return Evidence.create_empty()


class Invents(Judge):
    def find(self, lines, items, parties):
        return super().find(lines, items, parties).with_columns(item_id=pl.lit("I99"))


class Certain(Judge):
    def find(self, lines, items, parties):
        return super().find(lines, items, parties).with_columns(millibits=pl.lit(10**9, pl.Int64))


class Weightless(Judge):
    def find(self, lines, items, parties):
        return super().find(lines, items, parties).with_columns(millibits=pl.lit(0, pl.Int64))


class Repeats(Judge):
    def find(self, lines, items, parties):
        found = super().find(lines, items, parties)
        return pl.concat([found, found])


class CountsCalls(Judge):
    calls = 0

    def find(self, lines, items, parties):
        CountsCalls.calls += 1
        found = super().find(lines, items, parties)
        return found.with_columns(millibits=pl.col("millibits") + self.calls)


class FirstCome(Judge):
    def find(self, lines, items, parties):
        found = super().find(lines, items, parties)
        return found.with_columns(item_id=pl.lit(items["item_id"][0])) if items.height else found


class NeedsLines(Judge):
    def find(self, lines, items, parties):
        if lines["amount"].max() < 0:
            return Evidence.create_empty()
        return super().find(lines, items, parties)


class TextIsAPattern(Judge):
    def find(self, lines, items, parties):
        for text in lines["remittance"]:
            items.filter(pl.col("number").str.contains(text))
        return super().find(lines, items, parties)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Silent, "it finds nothing in the sample"),
        (Invents, "item_id that does not exist: I99"),
        (Certain, "beyond 100000 it is a mistake"),
        (Weightless, "evidence of 0 bits"),
        (Repeats, "it says the same twice"),
        (CountsCalls, "asked twice of the same frames"),
        (FirstCome, "the order of rows decides nothing"),
        (NeedsLines, "of nothing it says nothing: orders"),
        (TextIsAPattern, "strange texts are no error: orders"),
    ],
)
def test_a_judge_that_breaks_a_rule_is_told_which(kind, said):
    with pytest.raises(NotConforming) as caught:
        check_evidence(kind())

    assert said in str(caught.value).replace("tests (tests 0), find of ", "")


class Maker:
    name = "pairs"

    def propose(self, lines, items, parties):
        same = lines.join(items, left_on="amount", right_on="open_amount")
        return ProposedSets.validate(
            same.select("line_id", "item_id", set_name=pl.lit("same")).select(
                ProposedSets.column_names()
            )
        )


class MakerOfNothing(Maker):
    def propose(self, lines, items, parties):
        return super().propose(lines, items, parties).clear()


def test_a_pass_is_held_to_the_same_rules():
    check_pass(Maker())
    with pytest.raises(NotConforming, match="it finds nothing in the sample"):
        check_pass(MakerOfNothing())
    check_pass(MakerOfNothing(), must_find=False)


class Report:
    """A page with every text, escaped."""

    name = "page"

    def texts(self, view):
        return [html.escape(text) for text in view.lines["remittance"]]

    def render(self, view, out):
        (out / "page.html").write_text("\n".join(["<p>", *self.texts(view)]), encoding="utf-8")


class Trusting(Report):
    def texts(self, view):
        return view.lines["remittance"].to_list()


class Sheet(Report):
    def render(self, view, out):
        view.lines.select("remittance", "payer_name").write_csv(out / "lines.csv")


class WritesBeside(Report):
    def render(self, view, out):
        super().render(view, out)
        Path("page.txt").write_text("x", encoding="utf-8")


class ChangesTheRun(Report):
    def render(self, view, out):
        super().render(view, out)
        (out.parent / "lines.csv").write_bytes(b"")


class Dated(Report):
    def render(self, view, out):
        (out / "page.txt").write_text(os.urandom(4).hex(), encoding="utf-8")


class Legacy(Report):
    def render(self, view, out):
        (out / "page.txt").write_text("\n".join(self.texts(view)), "latin-1", "replace")


class FailsOnNothing(Report):
    def render(self, view, out):
        if view.lines.height:
            super().render(view, out)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Trusting, "escape every text"),
        (Sheet, "put an apostrophe before it"),
        (WritesBeside, "it writes beside its folder: page.txt"),
        (ChangesTheRun, "it changes a file beside its folder"),
        (Dated, "rendered twice, page.txt has other bytes"),
        (Legacy, "page.txt is no UTF-8"),
        (FailsOnNothing, "of a run without lines it writes nothing"),
    ],
)
def test_a_report_that_breaks_a_rule_is_told_which(kind, said):
    with pytest.raises(NotConforming) as caught:
        check_report(kind())

    assert said in str(caught.value)


def test_a_sound_judge_and_a_sound_report_are_passed():
    check_evidence(Judge())
    check_report(Report())


def test_a_report_is_checked_with_a_view_of_ones_own():
    seen = []

    class Looks(Report):
        def render(self, view, out):
            seen.append(view.policy_hash)
            super().render(view, out)

    check_report(Looks(), dataclasses.replace(samples.view(), policy_hash="1" * 16))
    assert "1" * 16 in seen


class TestSource(SourceConformance):
    source = Source()


class TestJudge(EvidenceConformance):
    judge = Judge()


class TestMaker(PassConformance):
    maker = Maker()


class TestReport(ReportConformance):
    report = Report()
