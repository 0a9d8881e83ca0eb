"""`recon init`: make a workspace, or propose the policy's rows for a statement that no format can read unaided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recon.cli.output import note, show_rejects, write_data
from recon.cli.progress import under_way
from recon.cli.verb import Verb
from recon.errors import ReconError, UnknownFormat

if TYPE_CHECKING:
    from recon.plugins import Plugins
    from recon.protocols import ParsedStatements, SourceFile

_SHOWN_LINES = 5


@click.command("init", cls=Verb, epilog="Example: recon init treasury/")
@click.argument(
    "folder", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="DIR"
)
@click.option(
    "--from",
    "sample",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Instead: a statement as the bank exports it, for which a profile is proposed.",
)
def command(folder: Path | None, sample: Path | None) -> None:
    """Make a workspace for the daily job: DIR (this folder if left out) with recon.toml and an inbox.

    With --from, propose a profile for a bank's own layout instead, and show what it would read: the proposal goes to
    stdout as rows for the policy; what is uncertain stands in it as a comment, to be filled in by a person. What would
    be read goes to stderr.
    """
    if sample is None:
        _make_workspace(folder or Path())
    elif folder is not None:
        raise click.UsageError("give a folder or --from, not both")
    else:
        _propose(sample)


def _make_workspace(folder: Path) -> None:
    """Write recon.toml with every key and its meaning, and make the inbox; what is there is left as it is."""
    from recon.errors import ConfigurationError, Place
    from recon.workspace import FILE, TEMPLATE

    path = folder / FILE
    if path.exists():
        raise ConfigurationError(
            "this is a workspace already", place=Place(str(path)), hint="edit the file"
        )
    try:
        (folder / "inbox").mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEMPLATE.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"cannot write to {folder}: {error.strerror}") from None
    write_data(f"{path}\n")
    note("put bank files into inbox/, name the open items in recon.toml, then `recon run`")


def _propose(sample: Path) -> None:
    with under_way(quiet=True):
        from recon.plugins import Plugins
        from recon.protocols import SourceFile
        from recon.run.files import shown_name

        plugins = Plugins.discover()
        source = SourceFile(shown_name(sample), sample.read_bytes())
        name, text = _draft(plugins, source)
    write_data(text if text.endswith("\n") else f"{text}\n")
    _show_reading(plugins, name, text, source)


def _draft(plugins: Plugins, source: SourceFile) -> tuple[str, str]:
    """Let the format that claims the file propose; else every format that can."""
    from recon.errors import Place
    from recon.ingest.detect import HEAD_BYTES

    claims = plugins.sniff_all(source.data[:HEAD_BYTES], source.name).formats
    refusals: list[ReconError] = []
    for name in (*claims, *(name for name in plugins.names("format") if name not in claims)):
        try:
            text = plugins.draft(name, source)
        except ReconError as error:
            refusals.append(error)
            continue
        if text is not None:
            return name, text
    if refusals:
        raise refusals[0]
    raise UnknownFormat(
        "no installed format can propose anything for this file",
        place=Place(source.name),
        hint=f"`recon formats sniff {source.name}` says what each format makes of it",
    )


def _show_reading(plugins: Plugins, name: str, text: str, source: SourceFile) -> None:
    """Read the sample by the proposal, and show the first lines or what is still open."""
    import tomllib

    try:
        options = tomllib.loads(text).get("formats", {}).get(name, {})
        parsed = plugins.read(name, source, options)
    except tomllib.TOMLDecodeError:
        note("fill in what is open in the proposal; then `recon read` shows what it reads")
    except ReconError as error:
        note(f"with this proposal the file is not read yet:\n{error.render()}")
    else:
        _show_lines(parsed)


def _show_lines(parsed: ParsedStatements) -> None:
    import polars as pl

    from recon.money import format_minor_expr
    from recon.report.console import render

    lines = parsed.lines.head(_SHOWN_LINES)
    shown = lines.select(
        "record",
        "booking_date",
        amount=format_minor_expr(pl.col("amount"), pl.col("currency")),
        currency="currency",
        payer_name="payer_name",
        remittance=pl.col("remittance").str.slice(0, 60),
    )
    note(f"it would read {parsed.lines.height} lines and reject {parsed.rejects.height}:")
    note(render(shown, "table", width=None))
    show_rejects(parsed.rejects.head(_SHOWN_LINES))
