"""A workspace of one day, and the daily job done there in this process by the real command line."""

from __future__ import annotations

from click.testing import CliRunner

from recon.cli import main
from tests.faults.bank import Bank, make_workspace, put


def laid_out(folder, store="recon.db"):
    """Lay a day of a small bank down; gives the workspace and the bank."""
    bank = Bank(11)
    workspace = make_workspace(folder, store)
    next_day(workspace, bank)
    return workspace, bank


def next_day(workspace, bank):
    """Lay the next day down; gives the path of its statement."""
    path = put(workspace / "inbox", *bank.next_day())
    put(workspace, "open_items.csv", bank.items)
    return path


def run(workspace, as_of="2026-02-01"):
    """Do the daily job; gives exit code and output."""
    words = ["run", "--quiet", "--user", "anna", "--as-of", as_of]
    return CliRunner().invoke(main, [*words, "--workspace", str(workspace)])
