"""`recon review`: look through the queue at a terminal, line by line, and decide by one key."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from recon.cli.output import note, write_data
from recon.cli.verb import Verb
from recon.cli.workspace import as_of_option, at_desk, workspace_options
from recon.errors import ConfigurationError, Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from recon.review.act import PersonDecision
    from recon.run.daily.desk import Desk

KEYS: Final = (
    ("1-9", "accept that suggestion"),
    ("s", "split among items"),
    ("o", "put on account"),
    ("n", "not receivable"),
    ("r", "reject a suggestion"),
    ("g", "give to somebody"),
    ("c", "comment"),
    ("u", "take back what you decided last"),
    ("space", "skip"),
    ("q", "quit"),
)


@dataclass(slots=True)
class _Sitting:
    """A person at the desk, and what they decided last."""

    desk: Desk
    last: int | None = None
    decided: int = 0

    def decide(
        self, line_id: str, saw: int | None, judge: Callable[..., PersonDecision], *items: str
    ) -> None:
        from recon.run.daily.deciding import act_of, decide, stands

        before = stands(self.desk, [line_id], items)
        decision = judge(before, act_of(self.desk, saw=saw))
        ((_, number, needed),) = decide(self.desk, before, [decision])
        self.last = number
        self.decided += 1
        waits = f"; {needed} other(s) must approve it" if needed else ""
        note(f"{decision.fate.replace('_', ' ')}: decision {number}{waits}")


@click.command("review", cls=Verb, epilog="Example: recon review --owner bertha")
@workspace_options
@as_of_option("The day to which ages are counted; today if left out")
@click.option("--owner", metavar="NAME", help="Only what this person looks after.")
def command(folder: Path, user: str | None, as_of: dt.datetime | None, owner: str | None) -> None:
    """Look through the lines that wait, the weightiest first, and decide each by one key.

    Each line is shown with its nearest explanations and their evidence in bits. What you decide is recorded at once; a
    line that somebody else decided meanwhile is left alone.
    """
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "there is no terminal to decide at",
            hint="`recon queue` lists the lines; `recon accept`, `split`, ... decide them from a script",
        )
    with at_desk(folder, user) as desk:
        from recon.run.daily.waiting import waiting

        rows = waiting(desk, as_of.date() if as_of else None)
        if owner is not None:
            rows = rows.filter(rows["owner"] == owner)  # type: ignore[assignment]
        sitting = _Sitting(desk)
        for place, row in enumerate(rows.iter_rows(named=True), 1):
            if not _look_at(sitting, row, f"{place} of {rows.height}"):
                break
        write_data(f"{sitting.decided} line(s) decided, {rows.height} were waiting\n")


def _look_at(sitting: _Sitting, row: dict[str, Any], place: str) -> bool:
    """Show one line and do what the person says until it is decided or left; False: they quit."""
    from recon.cli.review_view import shown
    from recon.run.daily.deciding import stands

    standing = stands(sitting.desk, [row["line_id"]])
    write_data(shown(row, standing, place))
    while True:
        note(_keys(row["suggestions"]))
        key = click.getchar()
        if key in ("q", "\x03", "\x04"):
            return False
        if key in (" ", "\r", "\n"):
            return True
        try:
            if _do(sitting, key, row):
                return True
        except Refused as refused:
            note(refused.render())
        except click.Abort:
            note("left as it is")
        except click.UsageError as error:
            note(error.format_message())


def _keys(suggestions: int) -> str:
    told = [f"{key} {what}" for key, what in KEYS if suggestions or key not in ("1-9", "r")]
    return "  ".join(told)


def _do(sitting: _Sitting, key: str, row: dict[str, Any]) -> bool:
    """Do what a key asks for; True where the line is decided by it."""
    from recon.review.decide import accept, mark_not_receivable, put_on_account, reject

    line_id, saw = row["line_id"], row["decision_no"]
    if key.isdigit() and key != "0":
        rank = int(key)
        sitting.decide(line_id, saw, lambda before, act: accept(before, line_id, rank, act))
        return True
    if key == "r":
        rank = click.prompt("which suggestion", type=int, default=1, err=True)
        sitting.decide(line_id, saw, lambda before, act: reject(before, line_id, rank, act))
        return True
    if key == "o":
        customer = click.prompt("customer_id", err=True)
        sitting.decide(
            line_id, saw, lambda before, act: put_on_account(before, line_id, customer, act)
        )
        return True
    if key == "n":
        reason = click.prompt("what is the money", err=True)
        sitting.decide(
            line_id, saw, lambda before, act: mark_not_receivable(before, line_id, reason, act)
        )
        return True
    if key == "s":
        return _split(sitting, row)
    _say(sitting, key, line_id)
    return False


def _split(sitting: _Sitting, row: dict[str, Any]) -> bool:
    """Ask for the parts, one a row, and divide the line by them."""
    from recon.cli.split import divided, parts_of
    from recon.review.decide import split

    note(
        "a part a row, such as `pay 1004=300.00`, `write_off 1004=0.04`, `rest C-1001`; empty: done"
    )
    named: list[tuple[str, str, str]] = []
    rest = None
    while text := click.prompt("part", default="", show_default=False, err=True).strip():
        option, _, told = text.partition(" ")
        if option == "rest":
            rest = told.strip()
        else:
            named.append(divided(option, told.strip()))
    parts = parts_of(named, rest, row["currency"])
    line_id = row["line_id"]
    sitting.decide(
        line_id,
        row["decision_no"],
        lambda before, act: split(before, line_id, parts, act),
        *(item for _, item, _ in named),
    )
    return True


def _say(sitting: _Sitting, key: str, line_id: str) -> None:
    """Comment on the line, hand it over, or take back the last decision."""
    from recon.run.daily.deciding import act_of, remark_on, undo_or_withdraw

    desk = sitting.desk
    if key == "c":
        remark_on(desk, line_id, comment=click.prompt("comment", err=True))
    elif key == "g":
        remark_on(desk, line_id, owner=click.prompt("to whom", err=True))
    elif key == "u" and sitting.last is not None:
        why = click.prompt("why", err=True)
        act = act_of(desk, comment=why)
        note(undo_or_withdraw(desk, sitting.last, act, knows_dependents=False))
        sitting.last = None
    else:
        note("no such key" if key != "u" else "you decided nothing yet")
