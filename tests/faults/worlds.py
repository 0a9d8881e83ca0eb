"""Two days of a bank, laid out anew for each attempt, and the state in which an undisturbed run ends.

In: an engine and a folder. Out: workspaces in which a run may be disturbed, and what must hold once another completed it.
"""

from __future__ import annotations

import shutil

from tests.faults.bank import SETTINGS, Bank, make_workspace, put, put_announced
from tests.faults.forked import KILLED
from tests.stores import fresh_url

LEDGERS = f'ledgers = ["journal-csv"]\n{SETTINGS}'


class World:
    """Two days of a bank, laid out anew for each attempt, and the state in which an undisturbed run ends."""

    def __init__(self, forked, engine, folder):
        self.forked, self.engine, self.folder = forked, engine, folder
        self.made = 0
        with self.laid_out() as attempt:
            assert attempt.run().code == 0
            self.ends_in = self.state(attempt.workspace)

    def laid_out(self):
        self.made += 1
        return Attempt(self, self.folder / f"w{self.made}")

    def state(self, workspace):
        return self.forked.call("tests.faults.looking:state", str(workspace))


class Attempt:
    """A workspace with its own store, and how to run there."""

    def __init__(self, world, folder):
        self.world, self.folder = world, folder
        self.url = fresh_url(world.engine, folder / "db")

    def __enter__(self):
        (self.folder / "db" / "store").mkdir(parents=True)
        url = self.url.__enter__()
        self.workspace = make_workspace(self.folder / "w", url, LEDGERS)
        bank = Bank(11)
        # What is announced of the first day is paid on the second, so that the run settles it.
        for _ in range(2):
            put(self.workspace / "inbox", *bank.next_day())
            put_announced(self.workspace, bank)
        put(self.workspace, "open_items.csv", bank.items)
        self.references = bank.references
        return self

    @property
    def words(self):
        return ("run", "--quiet", "--user", "anna", "--workspace", str(self.workspace))

    def run(self, **variables):
        return self.world.forked.recon(*self.words, **variables)

    def run_meanwhile(self, happens, **variables):
        return self.world.forked.recon_meanwhile(happens, *self.words, **variables)

    def __exit__(self, *error):
        self.url.__exit__(*error)
        shutil.rmtree(self.folder)


WORDS = {"ENOSPC": "No space left on device", "EIO": "Input/output error"}


def check_told(ended, *words):
    """Check that a run which failed said why and what to do, and showed none of its own insides."""
    assert ended.err.startswith("error["), ended.err
    assert "hint:" in ended.err, ended.err
    assert "Traceback" not in ended.err, ended.err
    assert any(word in ended.err for word in words), ended.err


def check_sound(world, attempt):
    """Check a store as a disturbed run left it: it verifies, and what is not in it waits in the inbox."""
    found = world.forked.call(
        "tests.faults.looking:faults", str(attempt.workspace), attempt.references, False
    )
    assert found["findings"] == found["lost"] == found["missing_files"] == []


def check_completed(world, attempt, *, is_tried_again=False):
    """Check that all ended where an undisturbed run ends, and that nothing was lost or doubled on the way.

    Where a ledger was tried again, the record says so, and all else is the same.
    """
    now = world.state(attempt.workspace)
    found = world.forked.call(
        "tests.faults.looking:faults", str(attempt.workspace), attempt.references, True
    )
    expected = world.ends_in["rows"]
    if is_tried_again:
        now, expected = {"rows": _tried_once(now["rows"])}, _tried_once(expected)
    assert now["rows"] == expected
    assert found["findings"] == found["lost"] == found["missing_files"] == []
    assert (found["doubled_lines"], found["doubled_entries"], found["waiting"]) == (0, 0, 0)


def _tried_once(rows):
    """Give rows without how often a ledger was tried."""
    outbox = [[ledger, key, state, remote] for ledger, key, state, _, remote in rows["outbox"]]
    kinds = [one for one in rows["kinds"] if one[0] != "posting_attempted"]
    return {**rows, "outbox": outbox, "kinds": kinds}


def disturbed_and_completed(world, step, number, action="kill9"):
    """Disturb a run when it passes a step so often; gives whether it was, and checks what the next run makes of it.

    A run that is killed is gone; one whose disk fails says so in words, and leaves by exit code 1.
    """
    with world.laid_out() as attempt:
        first = attempt.run(RECON_FAILPOINT=f"{step}:{number}:{action}")
        if first.code == 0:
            return False
        assert first.code == (KILLED if action == "kill9" else 1), first.err
        if action != "kill9":
            check_told(first, WORDS[action])
        check_sound(world, attempt)
        again = attempt.run()
        assert again.code == 0, again.err
        check_completed(world, attempt)
    return True


def until_untouched(world, step, action="kill9"):
    """Disturb a run at each passing of a step, until one passes untouched; gives how often it was passed."""
    number = 1
    while disturbed_and_completed(world, step, number, action):
        number += 1
    return number - 1
