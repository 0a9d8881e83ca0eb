"""The suite for ledgers passes our own and a sound one in memory, and names the rule that a broken one breaks."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recon.api import ConfigurationError, LedgerCapabilities, Outcomes
from recon.api.file_ledger import judge, judge_receipts, judge_reversals
from recon.testing import LedgerConformance, NotConforming, check_ledger
from recon.testing.ledger_rules import RULES
from recon_hledger.plugin import Hledger
from recon_journal_csv.plugin import JournalCsv


class Memory:
    """A ledger that keeps its entries in a table, behind connections that come and go."""

    name = "memory"
    capabilities = LedgerCapabilities(
        is_file=False, finds_by_key=True, verifies=True, reverses=True
    )
    file_name = None

    def __init__(self):
        self.held = {}
        self.times = {}

    def connect(self, options):
        if options:
            raise ConfigurationError("it has no options")
        return self

    def count(self, keys):
        return {key: self.times.get(key, 0) for key in keys}

    def find(self, keys):
        return {key: key for key in keys if key in self.held}

    def post(self, entries):
        new, outcomes = judge(entries, set(self.held), {})
        for entry in new:
            self.take(entry[0].entry_key, entry)
        return outcomes

    def take(self, key, entry):
        self.held[key] = entry
        self.times[key] = self.times.get(key, 0) + 1

    def verify(self, receipts):
        return judge_receipts(receipts, self.held, lambda key: "")

    def reverse(self, receipts):
        keys, outcomes = judge_reversals(receipts, self.held, lambda key: "")
        for key in keys:
            self.take(f"reversal-of-{key}", self.held[key])
        return outcomes


class TakesAnyOption(Memory):
    def connect(self, options):
        return self


class Forgetful(Memory):
    """Keeps what it knows in the connection."""

    def connect(self, options):
        super().connect(options)
        return Forgetful()


class PostsTwice(Memory):
    """Says duplicate, and books it again."""

    def post(self, entries):
        known = set(entries["entry_key"]) & set(self.held)
        outcomes = super().post(entries)
        for key in known:
            self.take(key, self.held[key])
        return outcomes


class SaysAccepted(Memory):
    def post(self, entries):
        known = pl.col("outcome").replace({"duplicate": "accepted"})
        return Outcomes.validate(super().post(entries).with_columns(outcome=known))


class AllOrNothing(Memory):
    """One entry that it has, or that is wrong, refuses the whole batch."""

    def post(self, entries):
        told = super().post(entries)
        if (told["outcome"] != "accepted").any() and told.height > 1:
            for key in told.filter(outcome="accepted")["entry_key"]:
                del self.held[key]
            return Outcomes.validate(
                told.with_columns(outcome=pl.lit("rejected"), reason=pl.lit("the batch"))
            )
        return told


class TakesAnything(Memory):
    def post(self, entries):
        known = set(self.held)
        groups = entries.partition_by("entry_key", as_dict=True)
        for (key,), rows in groups.items():
            if key not in known:
                self.take(key, rows)
        rows = [
            {"entry_key": key, "outcome": "duplicate" if key in known else "accepted"}
            for (key,) in groups
        ]
        schema = Outcomes.create_empty().schema
        full = [{"reason": None, "remote_id": None, **row} for row in rows]
        return Outcomes.validate(pl.DataFrame(full, schema=schema))


class RejectsWithoutReason(Memory):
    def post(self, entries):
        told = super().post(entries)
        return Outcomes.validate(told.with_columns(reason=pl.lit(None, pl.String)))


class FindsOnePage(Memory):
    def find(self, keys):
        return dict(list(super().find(keys).items())[:50])


class FindsEverything(Memory):
    def find(self, keys):
        return dict.fromkeys(keys, "1")


class FindsNumbers(Memory):
    def find(self, keys):
        return {key: at for at, key in enumerate(super().find(keys))}


class BelievesReceipts(Memory):
    def verify(self, receipts):
        return judge_receipts(receipts, set(receipts["entry_key"]), lambda key: "")


class ReversesAgain(Memory):
    def reverse(self, receipts):
        known = {key for key in self.held if not key.startswith("reversal-of-")}
        return judge_reversals(receipts, known, lambda key: "")[1]


class TakesReversedAgain(Memory):
    def reverse(self, receipts):
        outcomes = super().reverse(receipts)
        for key in receipts["entry_key"]:
            self.held.pop(key, None)
        return outcomes


class FailsAtQuotes(Memory):
    def post(self, entries):
        if entries["description"].str.contains('"', literal=True).any():
            raise ValueError("unterminated string")
        return super().post(entries)


class RoundsAmounts(Memory):
    """Takes JPY for a currency of two decimals, and sees it when asked again."""

    def verify(self, receipts):
        def doubt(key):
            return "1 JPY is 0.01" if self.held[key][0].currency == "JPY" else ""

        return judge_receipts(receipts, self.held, doubt)


class SplitsEntries(Memory):
    """Takes a new entry wherever the key changes from one row to the next."""

    def post(self, entries):
        runs = entries["entry_key"].rle_id()
        if runs.n_unique() > entries["entry_key"].n_unique():
            raise ValueError("the key is there already")
        return super().post(entries)


def complaints(ledger, beginning, **how):
    """Try the one rule whose name begins so; gives what is said."""
    (rule,) = (one for one in RULES if one.__name__.startswith(beginning.replace(" ", "_")))
    with pytest.raises(NotConforming) as caught:
        check_ledger(ledger, rules=[rule], **how)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "rule", "said"),
    [
        (TakesAnyOption, "it opens and refuses an option", "no_such_option"),
        (Forgetful, "a key that it has is a duplicate", "on a new connection, the key is acc"),
        (PostsTwice, "a key that it has is a duplicate", "hold the entry 'one' 3 times"),
        (SaysAccepted, "a key that it has is a duplicate", "the key is accepted, not duplicate"),
        (AllOrNothing, "a key that it has takes no other", "the new one is rejected, not accepted"),
        (TakesAnything, "an entry that does not balance", "accepted, not rejected"),
        (RejectsWithoutReason, "an entry that does not balance", "without a reason"),
        (FindsOnePage, "it finds every key of many", "70 are not found"),
        (FindsEverything, "it finds what it has and nothing", "before it was posted"),
        (FindsNumbers, "it finds what it has and nothing", "are texts"),
        (BelievesReceipts, "it verifies what it has", "accepted, not unknown"),
        (ReversesAgain, "it reverses once", "reversed again, it is accepted"),
        (TakesReversedAgain, "it reverses once", "the key is taken again"),
        (FailsAtQuotes, "a strangers text", "ValueError: unterminated string"),
        (RoundsAmounts, "amounts keep every minor unit", "1 JPY is 0.01"),
        (SplitsEntries, "the order of rows decides nothing", "the key is there already"),
    ],
)
def test_a_ledger_that_breaks_a_rule_is_told_which(kind, rule, said):
    ledger = kind()
    told = complaints(ledger, rule, count=ledger.count)

    assert said in told
    assert told.startswith(rule)


class StampsItsFile(Hledger):
    """A file ledger whose file is another each time it is opened and posted to."""

    opened = 0

    def connect(self, options):
        connection = super().connect(options)
        post = connection.post

        def stamped(entries):
            outcomes = post(entries)
            StampsItsFile.opened += 1
            with Path(options["path"]).open("a", encoding="utf-8") as file:
                file.write(f"; {self.opened}\n")
            return outcomes

        connection.post = stamped
        return connection


def test_a_file_that_is_not_the_same_bytes_each_time_is_told():
    assert "changes the file" in complaints(StampsItsFile(), "a key that it has is a dup")
    assert "give other bytes" in complaints(StampsItsFile(), "the order of rows")


class TestJournalCsv(LedgerConformance):
    """The suite as an author writes it."""

    ledger = JournalCsv()


class TestMemory(LedgerConformance):
    ledger = Memory()

    def count(self, keys):
        return self.ledger.count(keys)


def test_a_suite_has_a_test_for_each_rule_and_a_test_of_ones_own_stays():
    class Own(LedgerConformance):
        def test_an_entry_is_accepted_whole(self):
            """Mine."""

    names = {name for name in dir(TestMemory) if name.startswith("test_")}
    assert len(names) == len(LedgerConformance.rules) >= 14
    assert Own.test_an_entry_is_accepted_whole.__doc__ == "Mine."
    assert TestMemory.test_an_entry_is_accepted_whole.__doc__
