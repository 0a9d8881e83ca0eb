"""The format `csv`: bank exports as delimited text, by declared profiles or by a guess that is certain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from recon.api import Format, MalformedFile, ParsedStatements, Place, SourceFile, hookimpl
from recon_csv.catalogue import find_claim
from recon_csv.columns import find_header, known_columns
from recon_csv.decode import decode
from recon_csv.dialect import DELIMITERS, Table, named_separator, split, split_head
from recon_csv.guess import Guess, guess_profile
from recon_csv.guess_bare import guess_bare
from recon_csv.layout import fits, lay_over
from recon_csv.profile import Options, Profile, load_options, snippet
from recon_csv.proposal import propose_columns, propose_guess, propose_layout
from recon_csv.reader import Reading, read_table
from recon_csv.settle import settle, settle_openly
from recon_csv.sniff import looks_like_statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon_csv.catalogue import Claim
    from recon_csv.decode import Decoded

_DECLARE: Final = "declare its layout as a profile under [formats.csv.profiles.NAME]"


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
        if named is not None:
            return _read_declared(source, settled, named)
        decoded = decode(source.data, source.name)
        chosen = _declared(decoded, settled, source.name)
        if chosen is not None:
            return _read_declared(source, settled, chosen, decoded)
        claim = find_claim(decoded.head, source.name)
        if claim is not None:
            return _read_known(source, decoded, settled, claim)
        return _read_guessed(source, decoded, settled)

    def draft(self, source: SourceFile) -> str:
        """Propose a profile for a file, with a `?` at what it leaves open.

        Raises:
            MalformedFile: the file is no table.
        """
        decoded = decode(source.data, source.name)
        claim = find_claim(decoded.head, source.name)
        if claim is not None:
            table = split(decoded, claim.delimiter, source.name)
            return propose_layout(claim, *settle_openly(claim, table, Options()))
        try:
            _, guess = _best_guess(source, decoded, Options())
        except MalformedFile:
            proposed = propose_columns(decoded.head)
            if proposed is None:
                raise
            return proposed
        return propose_guess(guess.profile, guess.questions)


def _read_declared(
    source: SourceFile, options: Options, name: str, decoded: Decoded | None = None
) -> ParsedStatements:
    profile = options.profiles[name]
    if decoded is None or profile.encoding:
        decoded = decode(source.data, source.name, profile.encoding)
    profile = _completed(profile, options)
    table = split(decoded, profile.delimiter, source.name, profile.quote)
    reading = Reading(source.name, is_guessed=False, findings=(f"read by the profile {name}",))
    return read_table(table, lay_over(profile, table, source.name), reading)


def _completed(profile: Profile, options: Options) -> Profile:
    """Fill in from `[formats.csv]` what the profile leaves open."""
    return msgspec.structs.replace(
        profile,
        # Beside a column of currencies an empty cell is an error, not an occasion for a default.
        currency=profile.currency or (None if "currency" in profile.columns else options.currency),
        currency_names={**options.currency_names, **profile.currency_names},
        account=profile.account or options.account,
    )


def _declared(decoded: Decoded, options: Options, file: str) -> str | None:
    """Give the one declared profile whose header stands in the file."""
    fitting = []
    for name, profile in sorted(options.profiles.items()):
        head = split_head(decoded.head, profile.delimiter, profile.quote)
        if profile.header and fits(profile, head) is not None:
            fitting.append(name)
    if len(fitting) > 1:
        raise MalformedFile(
            f"the profiles {' and '.join(fitting)} both fit this file",
            place=Place(file),
            hint='name one by `profile = "..."` under [formats.csv], or make their `header` more exact',
        )
    return fitting[0] if fitting else None


def _read_known(
    source: SourceFile, decoded: Decoded, options: Options, claim: Claim
) -> ParsedStatements:
    """Read by the layout of the catalogue that the file has."""
    table = split(decoded, claim.delimiter, source.name)
    profile = _completed(settle(claim, table, options, source.name), options)
    layout = claim.layout
    told = f"read by the shipped profile {claim.name} ({layout.bank}, {layout.country})"
    reading = Reading(source.name, is_guessed=False, findings=(told,))
    parsed = read_table(table, lay_over(profile, table, source.name), reading)
    return replace(parsed, reader=f"csv-profile:{claim.name}")


def _read_guessed(source: SourceFile, decoded: Decoded, options: Options) -> ParsedStatements:
    table, guess = _best_guess(source, decoded, options)
    if guess.questions:
        raise MalformedFile(
            f"the CSV layout is not certain: {'; '.join(guess.questions)}",
            place=Place(source.name),
            hint=f"settle it in a profile; the best guess is:\n{snippet(guess.profile)}",
        )
    findings = ["the layout was guessed from the file"]
    if not decoded.is_certain:
        findings.append(f"the file was read as {decoded.encoding}, which it does not declare")
    if "\ufffd".encode() in decoded.utf8:
        findings.append(
            "the file holds replacement characters: letters were lost before it came here"
        )
    profile = _completed(guess.profile, options)
    hint = (
        "ask the bank for an export without a filter; if the amounts are right as they stand, settle the layout in a profile; "
        f"the best guess is:\n{snippet(guess.profile)}"
    )
    reading = Reading(source.name, is_guessed=True, findings=tuple(findings), hint=hint)
    return read_table(table, lay_over(profile, table, source.name), reading)


def _best_guess(source: SourceFile, decoded: Decoded, options: Options) -> tuple[Table, Guess]:
    """Split by the delimiter under which the header names most columns, and guess."""
    named = named_separator(decoded.head)
    heads = {mark: split_head(decoded.head, mark) for mark in ((named,) if named else DELIMITERS)}
    found = {
        mark: known_columns(rows[place])
        for mark, rows in heads.items()
        if (place := find_header(rows)) is not None
    }
    guess = None
    if found:
        table = split(decoded, max(found, key=lambda mark: found[mark]), source.name)
        guess = guess_profile(table, options)
    for mark in () if found else heads:
        table = split(decoded, mark, source.name)
        guess = guess_bare(table, options)
        if guess is not None:
            break
    if guess is None:
        raise MalformedFile(
            "the CSV layout is not certain: no row names a date, an amount and one more column of a bank statement",
            place=Place(source.name),
            hint=_DECLARE,
        )
    return table, guess


@hookimpl
def recon_register_formats() -> list[Format]:
    """Register the format."""
    return [CsvFormat()]
