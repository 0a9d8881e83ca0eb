"""kill -9 between the ledger's commit and our answer, with a real beancount file: nothing twice, and the same balances."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from recon.store.reading import fetch
from recon.store.tables import FACT, OUTBOX
from recon.store.verify import verify
from recon_beancount.accounts import beancount_account
from tests.plugins.ledgers.oracles import balances_of, check_with_beancount
from tests.run.daily.demo_desk import at_work, worked_workspace

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


def post(folder, failpoint=""):
    """Run `recon post beancount` in a process of its own."""
    call = [sys.executable, "-c", "from recon.cli import main; main()"]
    done = subprocess.run(
        [*call, "post", "beancount", "--workspace", str(folder), "--user", "anna"],
        env={**os.environ, "RECON_FAILPOINT": failpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("step", ["post.reply_received", "post.marked"])
def test_a_post_that_was_killed_is_completed_and_the_ledger_has_our_balances(tmp_path, step):
    folder = worked_workspace(tmp_path / "demo")
    killed, _ = post(folder, f"{step}:1:kill9")
    assert killed == -signal.SIGKILL

    code, told = post(folder)
    assert code == 0, told
    text = (folder / "ledger.beancount").read_bytes()
    assert post(folder)[0] == 0
    assert (folder / "ledger.beancount").read_bytes() == text

    totals, transactions = check_with_beancount(folder / "ledger.beancount")
    with at_work(folder) as desk, desk.store.reading() as connection:
        entries = fetch(connection, FACT["entries"])
        states = fetch(connection, OUTBOX)["state"].unique().to_list()
        assert not verify(connection).findings
    assert len(transactions) == entries["entry_key"].n_unique() == 17
    assert totals == balances_of(entries, beancount_account)
    assert states == ["posted"]
