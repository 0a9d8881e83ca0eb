"""A day of a treasury whose books are a server's: asked before the run, and posted to behind it.

In: the policy for a server, real or not, whose invoice N is of (100 + N).00 EUR, for "Customer 1" to "Customer 10" in turn.
Out: what the run said, held against what the server says.
"""

from __future__ import annotations

import json

from click.testing import CliRunner

from recon.cli import main

STATEMENT = """:20:X
:25:DE02120300000000202051
:28C:1/1
:60F:C260119EUR1000,00
{lines}
:62F:C260120EUR{closing},00
-
"""
LINE = """:61:2601200120C{amount},00NTRFNONREF//B{at}
:86:166?00GUTSCHRIFT?20RECHNUNG {number}?32CUSTOMER {customer}"""
BANK = "Assets:Bank:DE02120300000000202051"
NUMBERS = (231, 232, 245)


def comes_round(folder, name, policy, left, written="{}"):
    """Check a day and the next: what the books say is open is paid, posted, and closed in the books.

    Args:
        folder: for the workspace.
        name: of the source and of the ledger.
        policy: TOML with the options of both.
        left: gives what the server says is left to pay of the invoice N.
        written: how the server writes the number of the invoice N.
    """
    (folder / "inbox").mkdir()
    settings = f'source = "{name}"\npolicy = "policy.toml"\nledgers = ["{name}"]\n'
    (folder / "recon.toml").write_text(settings, "utf-8")
    (folder / "policy.toml").write_text(policy, "utf-8")
    (folder / "inbox" / "bank.sta").write_bytes(_statement(written))
    first = _run(folder)

    assert first["summary"]["fates"]["applied"]["lines"] == len(NUMBERS)
    assert [(one["ledger"], one["posted"], one["left_open"]) for one in first["posted"]] == [
        (name, len(NUMBERS), 0)
    ]
    assert [left(number) for number in NUMBERS] == [0] * len(NUMBERS)
    again = _run(folder)
    assert again["books"] == {"changes": {"closed": len(NUMBERS)}, "differences": {}}
    told = first["books"]["changes"]["added"]
    assert again["summary"]["books"]["EUR"]["items"] == told - len(NUMBERS)
    assert [one["left_open"] for one in again["posted"]] == [0]


def _statement(written):
    """Give a statement on which each invoice is paid in full."""
    rows = [
        LINE.format(amount=100 + n, at=n, number=written.format(n), customer=(n - 1) % 10 + 1)
        for n in NUMBERS
    ]
    closing = 1000 + sum(100 + n for n in NUMBERS)
    return STATEMENT.format(lines="\n".join(rows), closing=closing).encode()


def _run(folder):
    words = ["run", "--workspace", str(folder), "--user", "anna", "--format", "json", "--quiet"]
    result = CliRunner().invoke(main, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
