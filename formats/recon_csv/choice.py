"""Read a table by the layout that fits it: declared by the user, shipped in the catalogue, or guessed.

In: a table, and the profile, claim or guess it is read by. Out: what was read; it says by which layout.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from recon.api import MalformedFile, Place
from recon_csv.layout import fits, lay_over
from recon_csv.profile import snippet
from recon_csv.reader import Reading, read_table
from recon_csv.settle import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recon.api import ParsedStatements
    from recon_csv.catalogue import Claim
    from recon_csv.guess import Guess
    from recon_csv.profile import Options, Profile
    from recon_csv.table import Table

_DECLARE: Final = "declare its layout as a profile under [formats.csv.profiles.NAME]"


def chosen_profile(
    head_of: Callable[[Profile], Sequence[Sequence[str]]], options: Options, file: str
) -> str | None:
    """Give the one declared profile whose header stands in the file.

    Args:
        head_of: gives the first records as the profile splits them.
        options: the declared profiles.
        file: the file's name.

    Raises:
        MalformedFile: two profiles fit.
    """
    fitting = [
        name
        for name, profile in sorted(options.profiles.items())
        if profile.header and fits(profile, head_of(profile)) is not None
    ]
    if len(fitting) > 1:
        raise MalformedFile(
            f"the profiles {' and '.join(fitting)} both fit this file",
            place=Place(file),
            hint='name one by `profile = "..."` under [formats.csv], or make their `header` more exact',
        )
    return fitting[0] if fitting else None


def read_by_profile(
    table: Table, name: str, options: Options, told: tuple[str, Sequence[str]]
) -> ParsedStatements:
    """Read by a declared profile; `told` is the file's name, and what is to be said of its encoding."""
    file, findings = told
    profile = _completed(options.profiles[name], options)
    reading = Reading(file, is_guessed=False, findings=(f"read by the profile {name}", *findings))
    return read_table(table, lay_over(profile, table, file), reading)


def read_known(
    table: Table, claim: Claim, options: Options, told: tuple[str, Sequence[str]]
) -> ParsedStatements:
    """Read by the layout of the catalogue that the file has; `told` is the file's name, and what is to be said of its encoding."""
    file, findings = told
    profile = _completed(settle(claim, table, options, file), options)
    layout = claim.layout
    shipped = f"read by the shipped profile {claim.name} ({layout.bank}, {layout.country})"
    reading = Reading(file, is_guessed=False, findings=(shipped, *findings))
    parsed = read_table(table, lay_over(profile, table, file), reading)
    return replace(parsed, reader=f"csv-profile:{claim.name}")


def read_by_guess(
    table: Table, guess: Guess, options: Options, told: tuple[str, Sequence[str]]
) -> ParsedStatements:
    """Read by a guess without open questions.

    Args:
        table: the records.
        guess: the layout and what it leaves open.
        options: fill in what the file does not say.
        told: the file's name, and what is to be said of its encoding.

    Raises:
        MalformedFile: a question is open.
    """
    file, findings = told
    if guess.questions:
        raise MalformedFile(
            f"the CSV layout is not certain: {'; '.join(guess.questions)}",
            place=Place(file),
            hint=f"settle it in a profile; the best guess is:\n{snippet(guess.profile)}",
        )
    profile = _completed(guess.profile, options)
    hint = (
        "ask the bank for an export without a filter; if the amounts are right as they stand, settle the layout in a profile; "
        f"the best guess is:\n{snippet(guess.profile)}"
    )
    all_told = ("the layout was guessed from the file", *findings)
    reading = Reading(file, is_guessed=True, findings=all_told, hint=hint)
    return read_table(table, lay_over(profile, table, file), reading)


def not_certain(file: str) -> MalformedFile:
    """Give the refusal of a table that no layout fits."""
    return MalformedFile(
        "the CSV layout is not certain: no row names a date, an amount and one more column of a bank statement",
        place=Place(file),
        hint=_DECLARE,
    )


def _completed(profile: Profile, options: Options) -> Profile:
    """Fill in from `[formats.csv]` what the profile leaves open."""
    return msgspec.structs.replace(
        profile,
        # Beside a column of currencies an empty cell is an error, not an occasion for a default.
        currency=profile.currency or (None if "currency" in profile.columns else options.currency),
        currency_names={**options.currency_names, **profile.currency_names},
        account=profile.account or options.account,
    )
