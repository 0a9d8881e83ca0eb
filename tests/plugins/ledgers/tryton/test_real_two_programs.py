"""Two programs post the same to a real Tryton at once, on SQLite and on PostgreSQL: nothing twice, nothing torn, nothing refused."""

from __future__ import annotations

import threading

import pytest

from recon_tryton.statements import LEASE
from tests.plugins.ledgers.killing import deliver
from tests.plugins.ledgers.oracles import entries_of
from tests.plugins.ledgers.tryton import environment
from tests.plugins.ledgers.tryton.cases import connect, paid, told
from tests.stores import NO_POSTGRESQL
from tests.stores import server as postgresql

pytestmark = pytest.mark.nightly
ROUNDS = 20


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=NO_POSTGRESQL)])
def url(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tryton")
    if request.param == "sqlite":
        with environment.server(folder) as found:
            yield found
        return
    environment.made()
    postgresql().sql("CREATE DATABASE erp TEMPLATE template0")
    uri = f"postgresql://postgres@/erp?host={postgresql().socket}"
    environment.fill(folder / "seed", uri, ROUNDS)
    with environment.serving(folder / "run", uri) as found:
        yield found
    postgresql().drop("erp")


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", environment.PASSWORD)


def posted_at_once(url, entries):
    """Let two programs begin at the same moment; gives what each was told."""
    gate, answers = threading.Barrier(2), []

    def run():
        program = connect(url)
        program._statements.lease = LEASE
        program.find(["nothing"])
        gate.wait(30)
        answers.append(told(program.post(entries)))

    runners = [threading.Thread(target=run) for _ in range(2)]
    for one in runners:
        one.start()
    for one in runners:
        one.join()
    assert len(answers) == 2
    return answers


def test_two_programs_at_once_post_each_entry_once_and_whole(url):
    ledger, heard = connect(url), []
    for number in range(1, ROUNDS + 1):
        # Part payments, which Tryton would take twice.
        entries = entries_of(
            paid(f"A{number}", number, cash=10_00), paid(f"B{number}", number, cash=11_00)
        )
        for answers in posted_at_once(url, entries):
            heard += answers.values()
        assert deliver(connect(url), entries) == set(entries["entry_key"])

    assert set(heard) <= {"accepted", "duplicate", "unknown"}
    keys = {f"{letter}{number}" for letter in "AB" for number in range(1, ROUNDS + 1)}
    rows = ledger._rpc.find_by(
        "account.statement.origin", "number", sorted(keys), ("number", "statement.state")
    )
    assert sorted(row["number"] for row in rows) == sorted(keys)
    assert {row["statement."]["state"] for row in rows} == {"posted"}
    # Every move is of a line of a statement that is there: none was left when one was taken away.
    lines = ledger._rpc.search_read("account.statement.line", [], ("move",))
    domain = [["journal.code", "=", "STA"]]
    moves = ledger._rpc.search_read("account.move", domain, ("state",))
    assert {row["id"] for row in moves} == {row["move"] for row in lines}
    assert {row["state"] for row in moves} == {"posted"}
