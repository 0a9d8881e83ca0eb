"""The table of the corpus: what counts as right for us and for a peer, and which files are said to be worse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.bench.corpus_judge import STATES, Judged, judge
from benchmarks.bench.corpus_peers import peer_state, read_peers, right_peers
from benchmarks.bench.corpus_reading import asked_for
from benchmarks.corpus import files_table, is_worse, states_table
from recon.plugins import Plugins
from tests.corpus_index import Case

if TYPE_CHECKING:
    from pathlib import Path

QIF = b"!Type:Bank\nD13/1/2026\nT-5.00\nPRent\n^\nD14/1/2026\nT7.50\nPPay\n^\n"
ROW = {"file": "qif/a/b.qif", "reference_tx": "2", "reference_balance": "balances"}


def case_of(folder: Path, data: bytes, **facts: str) -> Case:
    path = folder / "b.qif"
    path.write_bytes(data)
    return Case(path, ROW["file"], "qif", "", "", "", facts, from_source=False)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return case_of(tmp_path, QIF, tx="2", stmts="1", sumtx="2.50")


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return Plugins.discover()


def test_a_file_is_right_when_all_its_facts_hold_and_an_option_that_a_hint_asked_for_is_told(
    case: Case, plugins: Plugins
) -> None:
    one = judge(case, plugins)

    assert one.state == "right by index"
    assert one.read is not None
    assert one.read.told == ("currency",)
    assert judge(replace(case, from_source=True), plugins).state == "right by source"


@pytest.mark.parametrize(
    ("fact", "stated"), [("tx", "3"), ("stmts", "2"), ("sumtx", "2.51"), ("accts", "2")]
)
def test_one_fact_that_does_not_hold_makes_a_reading_wrong(
    case: Case, plugins: Plugins, fact: str, stated: str
) -> None:
    one = judge(replace(case, facts=case.facts | {fact: stated}), plugins)

    assert one.state == "wrong"
    assert one.reason.startswith(f"{fact}: {stated}, ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('if the bank never names it: `account = "..."` under [formats.mt940]', {"account"}),
        ("`currency` under [formats.bai2] stands in where the file names none", {"currency"}),
        ('set `trailer = "optional"` under [formats.bai2]', {"trailer"}),
        # Which of two readings is right is no fact that all owners of files would say alike.
        ('set `amount_sign = "credit_positive"` under [formats.csv] if it is', set()),
        ('a balance is `currency = "EUR"`', set()),
    ],
)
def test_an_option_is_told_only_where_a_hint_asks_for_it(text: str, expected: set[str]) -> None:
    assert asked_for([text]) == expected


def test_a_statement_without_account_and_closing_balance_is_read_when_both_are_told(
    tmp_path: Path, plugins: Plugins
) -> None:
    message = b":20:1\r\n:28C:1\r\n:60F:C260112EUR10,00\r\n:61:260112C5,00NTRFNONREF\r\n"
    case = case_of(tmp_path, message, tx="1", stmts="1", sumtx="5.00")
    one = judge(replace(case, format="mt940"), plugins)

    assert one.state == "right by index"
    assert one.read is not None
    assert one.read.told == ("account", "closing_balance")


def test_a_file_without_a_count_in_the_index_is_unknown(case: Case, plugins: Plugins) -> None:
    assert judge(replace(case, facts={}), plugins).state == "facts unknown"


def test_a_record_refused_by_name_is_no_right_reading(tmp_path: Path, plugins: Plugins) -> None:
    one = judge(case_of(tmp_path, QIF.replace(b"7.50", b"7.5x"), tx="2", stmts="1"), plugins)

    assert one.state == "with rejects"
    assert one.reason.startswith("1 ")


@pytest.mark.parametrize(
    ("data", "entries", "state"),
    [
        (b"no statement at all\n", "2", "not recognised"),
        (b"no statement at all\n", "0", "nothing in it"),
        (b"<OFX><BANKMSGSRSV1>", "2", "refused"),
        (b"<OFX><BANKMSGSRSV1>", "0", "nothing in it"),
    ],
)
def test_a_file_that_is_not_read_is_lost_unless_nothing_is_in_it(
    tmp_path: Path, plugins: Plugins, data: bytes, entries: str, state: str
) -> None:
    assert judge(case_of(tmp_path, data, tx=entries), plugins).state == state


@pytest.mark.parametrize(
    ("cell", "balance", "state"),
    [
        ("ok tx=2", "", "right"),
        ("ok tx=2 sum=BAD", "does not balance", "right"),
        ("ok tx=2 sum=BAD", "balances", "wrong or fewer"),
        ("ok tx=5", "balances", "right"),
        ("ok tx=1", "", "wrong or fewer"),
        ("FAIL ValueError: tx=2", "", "failed"),
    ],
)
def test_a_peer_is_right_by_its_count_and_where_the_file_balances_by_its_sum(
    case: Case, cell: str, balance: str, state: str
) -> None:
    itemised = replace(case, facts=case.facts | {"TxDtls": "5"})

    assert peer_state(cell, ROW | {"reference_balance": balance}, itemised) == state


def test_a_peer_that_was_not_tried_on_a_file_is_left_out(tmp_path: Path, case: Case) -> None:
    table = "file\treference_tx\treference_balance\tone\ttwo\tthree\n"
    (tmp_path / "PEERS.tsv").write_text(table + "qif/a/b.qif\t2\t\tok tx=2\t\tok tx=1\n")
    peers = read_peers(tmp_path, [case])

    assert peers == {case.name: {"one": "right", "three": "wrong or fewer"}}
    assert right_peers(peers, case.name) == ["one"]


@pytest.mark.parametrize(
    ("state", "peer", "expected"),
    [
        ("refused", "right", True),
        ("with rejects", "right", True),
        ("not recognised", "right", True),
        ("refused", "failed", False),
        ("differs with proof", "right", False),
        ("facts unknown", "right", False),
        ("nothing in it", "right", False),
    ],
)
def test_a_file_is_worse_when_a_peer_is_right_and_we_are_not(
    case: Case, state: str, peer: str, *, expected: bool
) -> None:
    assert is_worse(Judged(case, state, ""), {case.name: {"one": peer}}) is expected


def test_tables_count_every_file_once_and_name_the_reason(case: Case) -> None:
    judged = [Judged(case, "refused", "a | b"), Judged(case, "right by index", "")]
    table = states_table(judged).splitlines()
    cells = dict(zip(*(row.strip("| ").split(" | ") for row in (table[0], table[2])), strict=True))

    assert cells["files"] == "2"
    assert {state for state in STATES if cells[state] == "1"} == {"refused", "right by index"}
    assert table[-1].startswith("| all | 2 |")
    assert "a \\| b" in files_table(judged, {case.name: {"one": "right"}})
