"""Write the pages of this folder that say what the code says: `python docs/generate.py`.

In: the frame schemas, the help of every command, the default policy, the error classes, the error gallery, and what plugins declare.
Out: api.md, command-line.md, data-dictionary.md, errors.md, policy.md, and tables of ../formats/README.md and ../plugins/README.md. A test asserts that they are up to date.
"""
# ruff: noqa: INP001 - docs/ holds pages and this one program; it is no package

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import dataframely as dy
import msgspec

import recon.frames
from docs import api_surface, ledger_matrix, support_matrix
from recon import errors
from recon.cli import VERBS, main
from recon.cli.policy import MEANING, policy_text
from recon.config import Policy, profile_names, profile_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent
GALLERY: Final = FOLDER.parent / "fixtures" / "errors"
NOTICE: Final = "<!-- Written by `python docs/generate.py`; do not edit by hand. -->"

_NAMES: Final = {
    name.lower().replace("-", ""): name
    for name in ("CSV", "HTML", "MT940", "OFX", "TOML", "UTF-16")
}

# What to do about a cause as such; each single error has its own hint as well.
WHAT_TO_DO: Final = {
    "configuration": "Correct the call or the policy file; nothing was read or written.",
    "malformed-file": "Follow the hint, or ask the bank for the file again; the other files of the run were read.",
    "unknown-format": "Check that it is a bank file; declare a CSV layout, or install a format for it.",
    "contested-file": "Remove one of the two formats that claim the file, or report the file to their authors.",
    "unreadable-items": "Correct the cells that are listed, in the program that wrote the file; nothing was matched.",
    "plugin-failed": "Tell the author of the distribution that is named; `recon plugins` lists what is installed.",
    "refused": "Ask somebody who may, or change the limit in `recon.toml`; nothing was decided.",
    "store": "Follow the hint; what was recorded before stays as it is.",
    "locked": "Wait until the other run is done; it is named with its process and since when.",
    "identity-broken": "Report it with the two numbers: the run refused its own output, and nothing was written.",
    "threshold-missed": "The files are written; look through `unmatched.csv`, or ask for less.",
}


def frame_schemas() -> list[tuple[str, type[dy.Schema]]]:
    """List the schemas of `recon.frames` by name, in the order of their files."""
    found: list[tuple[str, type[dy.Schema]]] = []
    for info in pkgutil.iter_modules(recon.frames.__path__):
        module = importlib.import_module(f"recon.frames.{info.name}")
        found += [
            (name, value)
            for name, value in vars(module).items()
            if inspect.isclass(value)
            and issubclass(value, dy.Schema)
            and value.__module__ == module.__name__
        ]
    return found


def data_dictionary() -> str:
    """Describe every column of every frame."""
    rows = [
        "# Data dictionary",
        "",
        NOTICE,
        "",
        "Every frame that crosses a room's door, as `recon/frames/` declares it.",
        "Money is Int64 minor units, weights of evidence are thousandths of a bit, confidence is parts per million.",
        "`key` marks the primary key; `null` says whether a value may be missing.",
    ]
    for name, schema in frame_schemas():
        rows += ["", f"## {name}", "", *_paragraph(schema.__doc__), ""]
        rows += ["| column | type | key | null | limits | meaning |", "|---|---|---|---|---|---|"]
        rows += [_column_row(column, kind) for column, kind in schema.columns().items()]
        words = _vocabularies(schema)
        rows += ["", *words] if words else []
    return "\n".join(rows) + "\n"


@cache
def meaning_by_name() -> dict[str, str]:
    """Read what a column means where its schema does not say it."""
    meanings: dict[str, str] = tomllib.loads((FOLDER / "columns.toml").read_text(encoding="utf-8"))
    return meanings


def _paragraph(text: str | None) -> list[str]:
    """Give a docstring's sentences, one a row."""
    said = " ".join(inspect.cleandoc(text or "").split())
    return re.split(r"(?<=[.;]) (?=[A-Z])", said)


def _vocabularies(schema: type[dy.Schema]) -> list[str]:
    """Name the words that a column of the schema may hold: constants of its file, such as KINDS."""
    module = sys.modules[schema.__module__]
    return [
        f"`{name}`: {', '.join(f'`{word}`' for word in words)}."
        for name, words in vars(module).items()
        if name.isupper() and isinstance(words, tuple)
    ]


def _column_row(name: str, column: Any) -> str:
    bounds = {"min": "at least", "max": "at most", "min_length": "length at least", "regex": "form"}
    limits = [
        f"{word} `{value}`"
        for attribute, word in bounds.items()
        if (value := getattr(column, attribute, None)) is not None
    ]
    cells = [
        f"`{name}`",
        str(column.dtype),
        "key" if column.primary_key else "",
        "null" if column.nullable else "",
        ", ".join(limits),
        column.description or meaning_by_name()[name],
    ]
    return f"| {' | '.join(cells)} |"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Give every command with the words that call it, groups before their members."""
    context = click.Context(main, info_name="recon")
    for name in VERBS:
        command = main.get_command(context, name)
        assert command is not None, f"the verb {name} has no command"
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", one) for inner, one in sorted(command.commands.items()))


def command_line() -> str:
    """Show the help of every command as it is printed in a pipe."""
    rows = ["# The command line", "", NOTICE, ""]
    rows += [
        "Data goes to stdout, all else to stderr.",
        "Every listing takes `--format table|csv|json`.",
        "Long work shows progress on a terminal and is silent in a pipe.",
        "",
        "| exit code | meaning |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | failed, or a threshold was missed (`--fail-under`, `--fail-on`) |",
        "| 2 | wrong usage or configuration |",
        "| 3 | done, but an input was quarantined or a record refused |",
        "| 4 | posting partial or failed |",
        "| 5 | locked by another run |",
    ]
    for name in ("", *(name for name, _ in commands())):
        title = f"recon {name}".strip()
        rows += ["", f"## `{title}`", "", "```text", *_help(name).splitlines(), "```"]
    return "\n".join(rows) + "\n"


def _help(name: str) -> str:
    # In a process of its own with a pipe: on a terminal the help would be framed, and as wide as that.
    call = "from recon.cli import main; main(prog_name='recon')"
    environment = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", call, *name.split(), "--help"],
        env=environment | {"COLUMNS": "100"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def _first_comment(profile: str) -> str:
    return profile_text(profile).splitlines()[0].removeprefix("# ")


def policy_page() -> str:
    """Show the default policy and the meaning of each key."""
    rows = ["# The policy", "", NOTICE, ""]
    rows += [
        "All judgement is data: tolerances, thresholds, windows and the chart of accounts stand in one TOML file.",
        "You write only the keys that differ; an unknown key is an error.",
        "The hash of the whole policy, defaults included, stands in every decision.",
        "Pass the file with `--policy FILE`; `recon policy > policy.toml` writes this default.",
        "",
        "| key | meaning |",
        "|---|---|",
        *(f"| `{key}` | {meaning} |" for key, meaning in MEANING.items()),
        "",
        "The options of the item source and the ledgers stand in `plugins/README.md`.",
        "",
        "## Profiles",
        "",
        "Policies after the documented rules of other systems; each says what it takes from them and what is not so here.",
        "`recon policy --profile sap > policy.toml` writes one, and you change it as you like.",
        "The tables of their documentation are tests, in `tests/oracles`.",
        "",
        *(f"- `{name}`: {_first_comment(name)}" for name in profile_names()),
        "",
        "## The default policy",
        "",
        "```toml",
        *policy_text(msgspec.structs.asdict(Policy())).splitlines(),
        "```",
    ]
    return "\n".join(rows) + "\n"


def error_classes() -> list[type[errors.ReconError]]:
    """List the classes of errors, one a cause, in the order of recon/errors.py."""
    return [
        value
        for value in vars(errors).values()
        if inspect.isclass(value)
        and issubclass(value, errors.ReconError)
        and value is not errors.ReconError
    ]


def error_page() -> str:
    """List every error code, and show what the program says about each input of the gallery."""
    rows = ["# Errors", "", NOTICE, ""]
    rows += [
        "An error names its cause as a code, its place as file, line and column, the text that is wrong, and what you can do.",
        "A bank file that cannot be read is quarantined: the run goes on without it and says so.",
        "A wrong cell among the open items stops the run before matching, because half a list would apply cash wrongly.",
        "A record that cannot be read is listed with a code of its own, and is counted.",
        "",
        "| code | exit code | meaning | what to do |",
        "|---|---|---|---|",
    ]
    for error in error_classes():
        meaning = _paragraph(error.__doc__)[0]
        rows.append(
            f"| `{error.code}` | {error.exit_code} | {meaning} | {WHAT_TO_DO[error.code]} |"
        )
    cases = sorted(path.parent for path in GALLERY.glob("*/expected.txt"))
    rows += ["", "## Gallery", "", *_gallery_intro(), ""]
    rows += ["| input | code | exit code | place | excerpt | hint |", "|---|---|---|---|---|---|"]
    rows += [_case_row(case) for case in cases]
    for case in cases:
        command, expected = (
            (case / name).read_text(encoding="utf-8").strip("\n")
            for name in ("command.txt", "expected.txt")
        )
        rows += ["", f"### {_title(case)}", "", "```text", f"$ {command}"]
        rows += [*expected.splitlines(), "```"]
    return "\n".join(rows) + "\n"


def _gallery_intro() -> list[str]:
    return [
        "Each folder of `fixtures/errors/` holds a small input, the command, and what the program says.",
        "A test runs every one and compares; `RECON_UPDATE_GOLDEN=1` writes the answers anew.",
    ]


def _title(case: Path) -> str:
    words = [_NAMES.get(word, word) for word in case.name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _yes(is_there: bool) -> str:
    return "yes" if is_there else "no"


def _case_row(case: Path) -> str:
    rows = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    at = next((n for n, row in enumerate(rows) if row.startswith("error[")), None)
    exit_code = rows[-1].removeprefix("[exit code ").removesuffix("]")
    if at is None:
        return f"| {_title(case)} | - | {exit_code} | - | - | - |"
    code, _, place = rows[at].removeprefix("error[").partition("]")
    has_excerpt = at + 1 < len(rows) and " | " in rows[at + 1][:12]
    has_hint = any(row.startswith("hint:") for row in rows)
    cells = [_title(case), f"`{code}`", exit_code, _yes(bool(place.strip()))]
    return f"| {' | '.join([*cells, _yes(has_excerpt), _yes(has_hint)])} |"


# Every generated page, named from this folder: what writes it.
PAGES: Final = {
    "../formats/README.md": support_matrix.page,
    "../plugins/README.md": ledger_matrix.page,
    "api.md": api_surface.page,
    "command-line.md": command_line,
    "data-dictionary.md": data_dictionary,
    "errors.md": error_page,
    "policy.md": policy_page,
}


def write() -> None:
    """Write every generated page beside this program."""
    for name, text in PAGES.items():
        (FOLDER / name).write_text(text(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    write()
