"""Calls across the boundary: what a plugin returns is checked, and what it breaks carries its name."""

from __future__ import annotations

import polars as pl
import pytest

from recon.api import (
    Entries,
    Evidence,
    MalformedFile,
    Place,
    ProposedSets,
    SourceFile,
)
from recon.errors import ConfigurationError, PluginFailed
from recon.plugins import Plugins
from tests.plugins.loader import frames
from tests.plugins.loader.hostile.sound import SoundFormat
from tests.plugins.loader.ledgers import Connection, LedgerOf

SOURCE = SourceFile("march.sta", b"SOUND")


class HostileFormat(SoundFormat):
    def __init__(self, answer, name="hostile"):
        super().__init__(name)
        self.answer = answer

    def sniff(self, head, file_name):
        return self.answer()

    def read(self, source, options):
        return self.answer()


def raising(error):
    def answer():
        raise error

    return answer


def read(answer):
    return Plugins.for_tests([HostileFormat(answer)]).read("hostile", SOURCE, {})


def refusal(answer):
    with pytest.raises(PluginFailed) as caught:
        read(answer)
    error = caught.value
    assert error.place == Place("march.sta")
    assert error.message.startswith("hostile") or "read of hostile" in error.message
    assert len(error.message.splitlines()) <= 11
    return error.message


def test_what_a_sound_format_reads_comes_through_unchanged():
    expected = frames.parsed()
    read_back = read(frames.parsed)

    assert read_back.lines.equals(expected.lines)
    assert read_back.statements.equals(expected.statements)
    assert read_back.reader == "tests"


def test_a_format_cannot_change_the_policy_through_its_options():
    class Greedy(SoundFormat):
        def read(self, source, options):
            options["profiles"]["bank"]["decimal_mark"] = ","
            options.clear()
            return frames.parsed()

    options = {"profiles": {"bank": {"decimal_mark": "."}}}
    Plugins.for_tests([Greedy("greedy")]).read("greedy", SOURCE, options)

    assert options == {"profiles": {"bank": {"decimal_mark": "."}}}


def test_rejects_with_a_record_count_as_delivered_and_those_without_do_not():
    read_back = read(
        lambda: frames.parsed(statements=frames.read_statements(3), rejects=frames.rejects(3, None))
    )

    assert read_back.rejects.height == 2


# ---------------------------------------------------------------- types and columns


@pytest.mark.parametrize("value", [None, {}, (1, 2), frames.read_lines(1)])
def test_another_type_than_parsed_statements_is_refused(value):
    assert f"it gave {'None' if value is None else type(value).__name__}" in refusal(lambda: value)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (
            frames.read_lines(1, 2).drop("amount"),
            "1 missing columns for schema 'ReadLines': 'amount'",
        ),
        (frames.read_lines(1, 2).with_columns(payee=pl.lit("A")), "does not have: payee"),
        (frames.read_lines(1, 2).with_columns(amount=pl.lit(100.0)), "'amount', got: Float64"),
        (
            frames.read_lines(1, 2).with_columns(pl.col("amount").cast(pl.Decimal(18, 2))),
            "got: Decimal",
        ),
        (frames.read_lines(1, 2).with_columns(pl.col("amount").cast(pl.String)), "got: String"),
        (
            frames.read_lines(1, 2).with_columns(amount=pl.lit(None, pl.Int64)),
            "'nullability' failed for 2",
        ),
        (frames.read_lines(1, 2, amount=10**15 + 1), "Column 'amount' failed"),
        (frames.read_lines(1, 2, currency="euro"), "Column 'currency' failed"),
        (frames.read_lines(1, 2, currency="ZZZ"), "no ISO 4217 currency: ZZZ"),
        (frames.read_lines(1, 2, statement_index=7), "statement_index that does not exist: 7"),
        (frames.read_lines(1, 2).lazy(), "it gave LazyFrame, not a frame of ReadLines"),
        (frames.read_lines(1, 2).to_dicts(), "it gave list, not a frame of ReadLines"),
        (None, "it gave None, not a frame of ReadLines"),
    ],
)
def test_a_frame_that_breaks_its_schema_is_refused_with_the_complaint(broken, complaint):
    assert complaint in refusal(lambda: frames.parsed(lines=broken))


def test_a_complaint_stays_short_however_much_is_wrong():
    wrong = pl.DataFrame({f"column_{number}": [1.0] for number in range(500)})
    message = refusal(lambda: frames.parsed(lines=wrong))

    assert "and 495 more" in message
    nothing_fits = frames.read_lines(1, 2).with_columns(pl.all().cast(pl.String).cast(pl.Binary))
    message = refusal(lambda: frames.parsed(lines=nothing_fits))

    assert "... " in message
    assert len(message) < 2_500


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"reader": None}, "it gave None, not str"),
        ({"findings": "one text"}, "it gave str, not tuple"),
        ({"findings": (3,)}, "it gave int, not str"),
        ({"rejects": pl.DataFrame()}, "missing columns for schema 'Rejects'"),
        ({"statements": frames.read_statements(2, kind="weekly")}, "Column 'kind' failed"),
    ],
)
def test_every_part_of_the_result_is_checked(changes, complaint):
    assert complaint in refusal(lambda: frames.parsed(**changes))


# ---------------------------------------------------------------- counts


@pytest.mark.parametrize("claimed", [0, 1, 3])
def test_a_format_that_lies_about_its_count_is_refused_with_all_numbers(claimed):
    message = refusal(lambda: frames.parsed(statements=frames.read_statements(claimed)))

    assert f"{claimed} records counted, but 2 lines and 0 rejects delivered" in message


def test_a_reject_without_a_record_does_not_stand_for_a_lost_one():
    message = refusal(
        lambda: frames.parsed(statements=frames.read_statements(3), rejects=frames.rejects(None))
    )

    assert "3 records counted, but 2 lines and 0 rejects delivered" in message


def test_one_record_cannot_be_both_a_line_and_a_reject():
    message = refusal(
        lambda: frames.parsed(statements=frames.read_statements(3), rejects=frames.rejects(2))
    )

    assert "records delivered more than once: 2" in message


# ---------------------------------------------------------------- what it raises


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (ValueError("no such field"), "ValueError: no such field"),
        (SystemExit(3), "SystemExit: 3"),
        (MemoryError(), "MemoryError"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (GeneratorExit(), "GeneratorExit"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad\nbyte"), "UnicodeDecodeError"),
    ],
)
def test_whatever_a_plugin_raises_carries_its_name_and_place(error, named):
    message = refusal(raising(error))

    assert message.startswith("tests (tests 0), read of hostile: ")
    assert named in message
    assert "(test_calls.py:" in message


def test_a_real_endless_recursion_is_the_plugins_failure():
    def deeper():
        return deeper()

    assert "RecursionError" in refusal(deeper)


def test_an_exception_that_cannot_be_shown_is_still_named():
    class Unspeakable(Exception):
        def __str__(self):
            raise RuntimeError

    assert "Unspeakable: (its message cannot be shown)" in refusal(raising(Unspeakable()))


def test_a_cause_of_ours_passes_unchanged():
    cause = MalformedFile("the amount is missing", place=Place("march.sta", 3, 7))
    with pytest.raises(MalformedFile) as caught:
        read(raising(cause))

    assert caught.value is cause


def test_a_cause_of_ours_that_was_never_filled_in_is_the_plugins_failure():
    class Hollow(MalformedFile):
        def __init__(self):
            pass

    assert "read of hostile: Hollow" in refusal(raising(Hollow()))


def test_an_interrupt_of_the_user_is_no_failure_of_the_plugin():
    with pytest.raises(KeyboardInterrupt):
        read(raising(KeyboardInterrupt()))


# ---------------------------------------------------------------- sniff


def test_every_format_that_claims_a_file_is_told():
    plugins = Plugins.for_tests([SoundFormat("b"), SoundFormat("a"), HostileFormat(bool)])

    assert plugins.sniff_all(b"SOUND", "x").formats == ("a", "b")
    assert plugins.sniff_all(b"other", "x").formats == ()


@pytest.mark.parametrize(
    "answer", [raising(OSError("no disk")), lambda: None, lambda: 1, lambda: "yes"]
)
def test_a_sniffer_that_fails_claims_nothing_and_is_named(answer):
    claims = Plugins.for_tests([SoundFormat(), HostileFormat(answer)]).sniff_all(b"SOUND", "x.sta")

    assert claims.formats == ("sound",)
    (failure,) = claims.failures
    assert "sniff of hostile" in failure.message
    assert failure.place == Place("x.sta")


# ---------------------------------------------------------------- sources, judges, passes


class Source:
    name = "erp"

    def __init__(self, answer):
        self.answer = answer

    def fetch(self, as_of, options):
        return self.answer


def test_the_books_are_checked_frame_by_frame():
    sound = Plugins.for_tests([Source(frames.books())]).fetch("erp", frames.DAY, {})

    assert sound.items.equals(frames.items())
    floats = frames.items().with_columns(open_amount=pl.lit(100.0))
    for wrong, complaint in (
        (frames.books(items=floats), "'open_amount', got: Float64"),
        (frames.books(items=frames.items().with_columns(currency=pl.lit("QQQ"))), "ISO 4217"),
        (frames.books(closed=None), "it gave None, not a frame of ClosedItems"),
        (None, "it gave None, not Books"),
    ):
        with pytest.raises(PluginFailed, match="fetch of erp") as caught:
            Plugins.for_tests([Source(wrong)]).fetch("erp", None, {})
        assert complaint in caught.value.message


class Judge:
    name = "judge"

    def __init__(self, **changes):
        self.changes = changes

    def find(self, lines, items, parties):
        row = {
            "line_id": lines["line_id"][0],
            "item_id": items["item_id"][0],
            "evidence_class": "reference",
            "kind": "number",
            "millibits": 9_000,
        }
        lines.drop_in_place("amount")
        return frames.frame_of(Evidence, [row | self.changes])


def find(**changes):
    given = frames.lines()
    plugins = Plugins.for_tests([Judge(**changes)])
    evidence = plugins.find_evidence("judge", given, frames.items(), frames.books().parties)
    assert given.equals(frames.lines())
    return evidence


def test_a_judge_gets_copies_and_speaks_of_the_given_lines_and_items_only():
    assert find()["millibits"].to_list() == [9_000]
    for changes, complaint in (
        ({"line_id": "Lzzzzzzzzzzzzzzzz"}, "line_id that does not exist"),
        ({"item_id": "I9"}, "item_id that does not exist: I9"),
        ({"evidence_class": "gut"}, "Column 'evidence_class' failed"),
    ):
        with pytest.raises(PluginFailed) as caught:
            find(**changes)
        assert complaint in caught.value.message


class Proposer:
    name = "proposer"

    def __init__(self, **changes):
        self.changes = changes

    def propose(self, lines, items, parties):
        row = {"line_id": lines["line_id"][0], "set_name": "a", "item_id": items["item_id"][0]}
        items.drop_in_place("open_amount")
        return frames.frame_of(ProposedSets, [row | self.changes])


def propose(**changes):
    given = frames.items()
    plugins = Plugins.for_tests([Proposer(**changes)])
    sets = plugins.propose("proposer", frames.lines(), given, frames.books().parties)
    assert given.equals(frames.items())
    return sets


def test_a_pass_gets_copies_and_names_the_given_lines_and_items_only():
    assert propose()["item_id"].to_list() == ["I1"]
    for changes, complaint in (
        ({"line_id": "Lzzzzzzzzzzzzzzzz"}, "line_id that does not exist"),
        ({"item_id": "I7"}, "item_id that does not exist: I7"),
        ({"set_name": None}, "Column 'set_name' failed"),
    ):
        with pytest.raises(PluginFailed, match="propose of proposer") as caught:
            propose(**changes)
        assert complaint in caught.value.message


# ---------------------------------------------------------------- ledgers


def connected(connection):
    plugins = Plugins.for_tests([LedgerOf(connection)])
    return plugins, plugins.connect("books", {})


def post(*answered):
    plugins, ledger = connected(Connection(*answered))
    return plugins.post(ledger, frames.entries("k1", "k2"))


def test_a_ledger_answers_for_every_entry_and_for_no_other():
    assert post("k2", "k1").height == 2
    for answered, complaint in (
        (("k1",), "1 entries have no outcome: k2"),
        (("k1", "k2", "k3"), "entry_key that does not exist: k3"),
        (("k1", "k1", "k2"), "'primary_key' failed for 2 rows"),
    ):
        with pytest.raises(PluginFailed) as caught:
            post(*answered)
        assert complaint in caught.value.message


def test_no_entries_need_no_outcomes():
    plugins, ledger = connected(Connection())

    assert plugins.post(ledger, Entries.create_empty()).is_empty()


def test_a_ledger_that_does_not_open_is_named():
    plugins = Plugins.for_tests([LedgerOf(None)])
    with pytest.raises(PluginFailed, match="connect of books: it gave None, not Ledger"):
        plugins.connect("books", {})


@pytest.mark.parametrize("name", ["../up.csv", "/etc/passwd", "a\\b", "", None, "..", 7])
def test_a_file_ledger_cannot_lead_out_of_the_output_folder(name):
    with pytest.raises(
        ConfigurationError, match="must be a plain name for a file ledger, else None"
    ):
        Plugins.for_tests([LedgerOf(Connection(), name)])


def test_a_ledger_that_is_no_file_has_no_file_name():
    Plugins.for_tests([LedgerOf(Connection(), None, is_file=False)])
    with pytest.raises(
        ConfigurationError, match="must be a plain name for a file ledger, else None"
    ):
        Plugins.for_tests([LedgerOf(Connection(), "a.csv", is_file=False)])


# ---------------------------------------------------------------- reports


def test_a_report_gets_copies_and_its_failure_carries_its_name(tmp_path):
    class Careless:
        name = "ageing"

        def render(self, view, out):
            view.lines.drop_in_place("line_id")
            raise KeyError("ageing")

    view = frames.view()
    with pytest.raises(PluginFailed, match="render of ageing: KeyError: 'ageing'"):
        Plugins.for_tests([Careless()]).render("ageing", view, tmp_path)

    assert view.lines.columns == frames.lines().columns
