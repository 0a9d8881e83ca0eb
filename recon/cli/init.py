"""`recon init`: propose the policy's rows for a statement that no format can read unaided."""

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


@click.command("init", cls=Verb, epilog="Example: recon init --from sample.csv > policy.toml")
@click.option(
    "--from",
    "sample",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A statement as the bank exports it.",
)
def command(sample: Path) -> None:
    """Propose a profile for a bank's own layout, and show what it would read.

    The proposal goes to stdout as rows for the policy; what is uncertain stands in it as a comment, to be filled in by
    a person. What would be read goes to stderr.
    """
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
