"""The formats `csv` and `excel`: bank exports as delimited text or workbooks, by declared or shipped profiles or a certain guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import Format, MalformedFile, ParsedStatements, SourceFile, hookimpl
from recon_csv.catalogue import find_claim
from recon_csv.choice import chosen_profile, not_certain, read_by_guess, read_by_profile, read_known
from recon_csv.columns import find_header, known_columns
from recon_csv.dialect import split, split_head, split_heads
from recon_csv.excel import ExcelFormat
from recon_csv.guess import Guess, guess_profile
from recon_csv.guess_bare import guess_bare
from recon_csv.profile import Options, load_options
from recon_csv.proposal import propose_columns, propose_guess, propose_layout
from recon_csv.settle import settle_openly
from recon_csv.sniff import explain_statement, looks_like_statement
from recon_csv.utf8 import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon_csv.table import Table
    from recon_csv.utf8 import Utf8Text


class CsvFormat:
    """Delimited text. A declared profile decides; without one the layout is guessed where the guess is certain."""

    name = "csv"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 - the name of a file proves nothing
        """Say whether this is a delimited table with a date and an amount, as a bank statement has them."""
        return looks_like_statement(head)

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one export.

        Args:
            source: the file.
            options: the table `[formats.csv]` of the policy; see `recon_csv.profile`.

        Raises:
            MalformedFile: no profile fits and the layout is not certain, or nothing can be read by it.
            ConfigurationError: the options are wrong.
        """
        settled = load_options(options)
        named = settled.profile
        if named is not None and settled.profiles[named].encoding:
            return _read_declared(source, settled, named, None)
        text = read_text(source)
        head = text.head
        chosen = named or chosen_profile(
            lambda profile: split_head(head, profile.delimiter, profile.quote), settled, source.name
        )
        if chosen is not None:
            return _read_declared(source, settled, chosen, text)
        heads = split_heads(head)
        claim = find_claim(heads, source.name)
        if claim is not None:
            table = split(text, claim.delimiter, source.name)
            return read_known(table, claim, settled, (source.name, text.findings))
        table, guess = _best_guess(source, (text, heads), settled)
        return read_by_guess(table, guess, settled, (source.name, text.findings))

    def explain(self, head: bytes, file_name: str) -> str:  # noqa: ARG002 - the name of a file proves nothing
        """Say in one sentence why the file is claimed or not."""
        return explain_statement(head)

    def draft(self, source: SourceFile) -> str:
        """Propose a profile for a file, with a `?` at what it leaves open.

        Raises:
            MalformedFile: the file is no table.
        """
        text = read_text(source)
        heads = split_heads(text.head)
        claim = find_claim(heads, source.name)
        if claim is not None:
            table = split(text, claim.delimiter, source.name)
            return propose_layout(claim, *settle_openly(claim, table, Options()))
        try:
            _, guess = _best_guess(source, (text, heads), Options())
        except MalformedFile:
            proposed = propose_columns(text.head)
            if proposed is None:
                raise
            return proposed
        return propose_guess(guess.profile, guess.questions)


def _read_declared(
    source: SourceFile, options: Options, name: str, text: Utf8Text | None
) -> ParsedStatements:
    profile = options.profiles[name]
    if text is None or profile.encoding:
        text = read_text(source, profile.encoding)
    table = split(text, profile.delimiter, source.name, profile.quote)
    return read_by_profile(table, name, options, (source.name, text.findings))


def _best_guess(
    source: SourceFile, written: tuple[Utf8Text, Mapping[str, list[list[str]]]], options: Options
) -> tuple[Table, Guess]:
    """Split by the delimiter under which the header names most columns, and guess.

    Args:
        source: the file.
        written: its text, and the first records of that by delimiter.
        options: what the user has settled.
    """
    text, heads = written
    found = {
        mark: known_columns(rows[place])
        for mark, rows in heads.items()
        if (place := find_header(rows)) is not None
    }
    guess = None
    if found:
        table = split(text, max(found, key=lambda mark: found[mark]), source.name)
        guess = guess_profile(table, options)
    for mark in () if found else heads:
        table = split(text, mark, source.name)
        guess = guess_bare(table, options)
        if guess is not None:
            break
    if guess is None:
        raise not_certain(source.name)
    return table, guess


@hookimpl
def recon_register_formats() -> list[Format]:
    """Register the format."""
    return [CsvFormat(), ExcelFormat()]
