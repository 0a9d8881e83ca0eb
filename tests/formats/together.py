"""Files of a format in company: whatever stands beside it, a file says what it says alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recon.errors import ReconError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api import Format, ParsedStatements, SourceFile


def check_together(
    format_: Format, sources: Sequence[SourceFile], options: Mapping[str, Any] | None = None
) -> list[bool]:
    """Read files together and one by one; says which were read together."""
    given = dict(options or {})
    answers = format_.read_many(sources, given)  # type: ignore[attr-defined]

    assert len(answers) == len(sources)
    for source, answer in zip(sources, answers, strict=True):
        if answer is not None:
            assert differing(answer, alone(format_, source, given)) == [], source.name
    return [answer is not None for answer in answers]


def alone(
    format_: Format, source: SourceFile, options: Mapping[str, Any]
) -> ParsedStatements | ReconError:
    """Read one file by itself."""
    try:
        return format_.read(source, dict(options))
    except ReconError as error:
        return error


def differing(first: ParsedStatements, second: ParsedStatements | ReconError) -> list[str]:
    """Name what two readings of one file do not share."""
    if isinstance(second, ReconError):
        return [second.message]
    frames = [
        name
        for name in ("statements", "lines", "rejects")
        if getattr(first, name).schema != getattr(second, name).schema
        or not getattr(first, name).equals(getattr(second, name))
    ]
    words = [
        name for name in ("reader", "findings") if getattr(first, name) != getattr(second, name)
    ]
    return frames + words
