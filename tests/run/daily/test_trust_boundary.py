"""What ledgers and sources do to us: after any of it nothing is lost, nothing is there twice, and the plugin is named."""

from __future__ import annotations

import json
import threading

import polars as pl
import pytest
from click.testing import CliRunner

from recon.api import LedgerCapabilities, Outcomes
from recon.cli import main
from recon.cli.run import show_posted
from recon.errors import ConfigurationError, PluginFailed
from recon.plugins import Plugins
from recon.plugins.patience import Patience
from recon.run.daily.looking_back import unconfirmed
from recon.run.daily.posting import outbox
from recon.store.verify import verify
from recon_item_file.plugin import ItemFile
from tests.cli.working import office
from tests.run.daily.demo_desk import at_work, worked_workspace
from tests.run.daily.fake_ledger import FakeLedger
from tests.run.daily.test_posting import deliver, states_of
from tests.run.quiet import Quiet

__all__ = ["office"]


class Scripted(FakeLedger):
    """A ledger whose calls go wrong in ways that need more than an answer that is lost."""

    late = ()

    def post(self, entries):
        mode = self.modes[0] if self.modes else "ok"
        if mode == "duplicate_of_nothing":
            self.modes.pop(0)
            keys = entries["entry_key"].unique(maintain_order=True).to_list()
            self.sent += keys
            return self._answer("duplicate", keys, set(keys), set())
        if mode == "accepted_again":
            self.modes.pop(0)
            outcomes = super().post(entries)
            return outcomes.with_columns(outcome=pl.lit("accepted"))
        if mode == "late":
            # The caller has gone by when it is booked.
            self.modes.pop(0)
            self.sent += entries["entry_key"].unique(maintain_order=True).to_list()
            self.late = entries
            raise TimeoutError("no answer within 600 s")
        if mode == "error_500":
            self.modes.pop(0)
            raise ConnectionError("500 Internal Server Error")
        return super().post(entries)

    def book_what_was_late(self):
        self._take(self.late["entry_key"].unique(maintain_order=True).to_list(), self.late)

    verify = reverse = post


@pytest.fixture
def desk(tmp_path):
    with at_work(worked_workspace(tmp_path / "demo")) as found:
        yield found


def everything_is_there_once(desk, ledger):
    states = states_of(desk, ledger)

    assert set(states.values()) == {"posted"}
    assert sorted(ledger.book) == sorted(states)
    assert len(states) == 17
    with desk.store.reading() as connection:
        assert not verify(connection).findings


def test_a_ledger_that_answers_500_then_200_gets_everything_once(desk):
    ledger = Scripted("both", ["error_500", "error_500"])
    first, second, third = (deliver(desk, ledger) for _ in range(3))

    assert (first.open_entries, second.open_entries, third.open_entries) == (17, 17, 0)
    assert first.failed_plugin == "tests (tests 0)"
    assert "500 Internal Server Error" in first.failure.message
    assert third.is_complete
    everything_is_there_once(desk, ledger)


@pytest.mark.slow
def test_a_ledger_that_times_out_after_committing_is_asked_and_gets_nothing_again(desk):
    ledger = FakeLedger("both", ["timeout_after"])
    deliver(desk, ledger)
    deliver(desk, ledger)

    assert len(ledger.sent) == 17
    everything_is_there_once(desk, ledger)


@pytest.mark.slow
def test_a_ledger_that_takes_half_a_batch_gets_the_other_half(desk):
    ledger = FakeLedger("both", ["half_then_timeout"])
    deliver(desk, ledger)
    deliver(desk, ledger)

    assert len(ledger.sent) == 17 + 8
    everything_is_there_once(desk, ledger)


def test_who_says_duplicate_of_what_it_does_not_find_is_not_believed(desk):
    ledger = Scripted("both", ["duplicate_of_nothing"])
    posted = deliver(desk, ledger)
    rows = outbox(desk, "fake")

    assert (posted.stuck, posted.is_complete) == (17, False)
    assert set(rows["state"]) == {"needs_confirmation"}
    assert set(rows["reason"]) == {"it says that it has the entry, and does not find it"}


def test_who_cannot_be_asked_is_not_believed_to_have_had_what_was_never_sent(desk):
    ledger = Scripted("keys", ["duplicate_of_nothing"])
    deliver(desk, ledger)
    rows = outbox(desk, "fake")

    assert set(rows["reason"]) == {"it says that it had the entry before it was ever sent"}
    assert rows.height == 17


@pytest.mark.slow
def test_a_duplicate_that_the_ledger_finds_is_posted(desk):
    ledger = FakeLedger("both", ["duplicate"])

    assert deliver(desk, ledger).is_complete
    everything_is_there_once(desk, ledger)


@pytest.mark.slow
def test_who_says_accepted_twice_has_it_once_for_nothing_is_sent_that_is_posted(desk):
    ledger = Scripted("both", ["timeout_after", "accepted_again"], ["lies"])
    for _ in range(3):
        deliver(desk, ledger)

    everything_is_there_once(desk, ledger)


@pytest.mark.slow
def test_what_a_ledger_books_late_is_there_once_if_it_knows_keys_again(desk):
    ledger = Scripted("both", ["late"])
    deliver(desk, ledger)
    deliver(desk, ledger)
    ledger.book_what_was_late()

    everything_is_there_once(desk, ledger)


def test_what_a_ledger_may_book_late_is_not_sent_again_if_it_would_be_there_twice(desk):
    ledger = Scripted("find", ["late"])
    deliver(desk, ledger)
    posted = deliver(desk, ledger)
    ledger.book_what_was_late()

    assert len(ledger.sent) == len(set(ledger.sent)) == 17
    assert posted.stuck == 17
    assert "could be booked twice" in outbox(desk, "fake")["reason"][0]


def test_a_ledger_that_denies_a_key_it_has_is_not_sent_it_again_if_it_would_book_it_twice(desk):
    ledger = FakeLedger("find", ["timeout_after"], ["lies"])
    deliver(desk, ledger)
    deliver(desk, ledger)

    assert len(ledger.book) == len(ledger.sent) == 17
    assert set(states_of(desk, ledger).values()) == {"needs_confirmation"}


# ---------------------------------------------------------------- a ledger that loses what it accepted


def asked_again(desk, ledger):
    told = unconfirmed(desk, "fake", Plugins.for_tests([ledger]), Quiet())
    return dict(told.select("entry_key", "reason").rows())


def test_what_a_ledger_accepted_and_does_not_have_is_told_when_it_is_asked_again(desk):
    ledger = FakeLedger("both")
    deliver(desk, ledger)
    assert asked_again(desk, ledger) == {}
    lost = ledger.book.pop()

    assert asked_again(desk, ledger) == {lost: "the ledger does not find the key"}


@pytest.mark.slow
def test_a_ledger_that_verifies_is_asked_to_and_one_that_cannot_be_asked_says_so(desk):
    class Verifies(FakeLedger):
        def verify(self, receipts):
            told = pl.when(pl.col("entry_key") == self.book[0]).then(pl.lit("needs_confirmation"))
            return Outcomes.validate(
                receipts.with_columns(outcome=told.otherwise("outcome"), reason=pl.lit("changed"))
            )

    ledger = Verifies("both")
    ledger.capabilities = LedgerCapabilities(False, True, True, False)
    deliver(desk, ledger)

    assert asked_again(desk, ledger) == {ledger.book[0]: "changed"}
    with pytest.raises(ConfigurationError, match="cannot be asked"):
        asked_again(desk, FakeLedger("neither"))


# ---------------------------------------------------------------- a ledger that is slow


def test_a_call_that_is_late_is_told_by_its_limit_and_nothing_more_is_asked():
    patience, gate = Patience(0.01), threading.Event()
    with pytest.raises(TimeoutError, match=r"no answer within 0.01 s"):
        patience.call(gate.wait)
    with pytest.raises(TimeoutError, match="an earlier call has not ended"):
        patience.call(list)
    gate.set()
    patience.end()


def test_within_its_time_a_call_gives_its_value_or_its_error_always_from_one_thread():
    patience = Patience(60)
    threads = {patience.call(threading.get_ident) for _ in range(3)}

    assert len(threads) == 1
    assert threads != {threading.get_ident()}
    with pytest.raises(ZeroDivisionError):
        patience.call(lambda: 1 // 0)
    with pytest.raises(SystemExit):
        patience.call(exit)
    patience.end()


class Impatient(Patience):
    """Gives up on `post` at once: the ledger books it, and nobody hears of it."""

    def call(self, function):
        told = super().call(function)
        if isinstance(told, pl.DataFrame):
            raise TimeoutError("no answer within 600 s")
        return told


def test_a_slow_ledger_is_named_and_its_entries_are_looked_up_next_time(desk, monkeypatch):
    ledger = FakeLedger("both")
    with monkeypatch.context() as at_first:
        at_first.setattr("recon.plugins.ledgers.Patience", Impatient)
        posted = deliver(desk, ledger)
    again = deliver(desk, ledger)

    assert "post of fake: TimeoutError: no answer within 600 s" in posted.failure.message
    assert (posted.open_entries, posted.failed_plugin) == (17, "tests (tests 0)")
    assert (again.states, len(ledger.sent)) == ({"posted": 17}, 17)
    everything_is_there_once(desk, ledger)


# ---------------------------------------------------------------- named, counted, shown


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("wrong_types", "it gave list, not a frame of Outcomes"),
        pytest.param(
            "foreign_keys", "entry_key that does not exist: stranger", marks=pytest.mark.slow
        ),
        pytest.param("silent", "16 entries have no outcome", marks=pytest.mark.slow),
        pytest.param("timeout_after", "TimeoutError: no answer", marks=pytest.mark.slow),
    ],
)
def test_a_plugin_that_fails_is_named_with_what_it_did_and_what_is_left(desk, capsys, mode, said):
    ledger = FakeLedger("both", [mode])
    posted = deliver(desk, ledger)
    show_posted(posted)
    told = capsys.readouterr().err

    assert isinstance(posted.failure, PluginFailed)
    assert f"tests (tests 0), post of fake: {said}" in told
    assert "fake: 17 entries are left open for the next call" in told
    deliver(desk, ledger)
    everything_is_there_once(desk, ledger)


@pytest.fixture
def ledger(monkeypatch):
    found = FakeLedger("both", ["wrong_types"])
    plugins = Plugins.for_tests([found, ItemFile()])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls, **_: plugins))
    return found


def waiting(folder):
    """Say what `recon plugins --workspace` says of each ledger."""
    result = CliRunner(env={"LOGNAME": "anna"}).invoke(
        main, ["plugins", "list", "--workspace", str(folder), "--format", "json"]
    )
    rows = [row for row in json.loads(result.stdout) if row["kind"] == "ledger"]
    return {row["name"]: row["waiting"] for row in rows}


def test_the_daily_run_exits_4_names_the_ledger_and_the_next_one_completes_it(office, ledger):
    settings = office.folder / "recon.toml"
    settings.write_text('ledgers = ["fake"]\n' + settings.read_text("utf-8"), "utf-8")
    code, _ = office.call("run --as-of 2026-10-20 --format json")
    (told,) = json.loads(office.out)["posted"]
    between = waiting(office.folder)
    again, _ = office.call("run --as-of 2026-10-20 --format json")
    (last,) = json.loads(office.out)["posted"]

    assert (code, again) == (4, 0)
    assert told["failed_plugin"] == "tests (tests 0)"
    assert "it gave list, not a frame of Outcomes" in told["failure"]
    assert told["left_open"] == 17
    assert (between, waiting(office.folder)) == ({"fake": "17 unknown"}, {"fake": None})
    assert (last["posted"], last["left_open"], last["failure"]) == (17, 0, None)
    assert len(ledger.book) == 17
    assert office.call("post fake --check")[0] == 0
    ledger.book.pop()
    assert office.call("post fake --check --format csv")[0] == 4
    assert "the ledger does not find the key" in office.out
    assert office.call("post fake --check --dry-run")[0] == 2
