"""Let formats read inputs, those of one format together. In: named bytes. Out: for each what was read, or why it was not.

A day brings hundreds of small files, and to read them together costs a fraction of reading one after the other. Groups are
bounded, so that the bytes of a few are in memory at a time; nothing of a group shows in what is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from recon.errors import ReconError
from recon.ingest.detect import HEAD_BYTES, choose_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from recon.config import Policy
    from recon.plugins import Plugins
    from recon.protocols import ParsedStatements, SourceFile

T = TypeVar("T")

GROUP_BYTES: Final = 8 * 1024**2
GROUP_COUNT: Final = 256


class Read(NamedTuple):
    """What became of one input: the format that claims it, what it read or why it did not, and sniffers that failed."""

    format: str | None
    parsed: ParsedStatements | None
    error: ReconError | None
    failures: tuple[str, ...] = ()

    def said(self) -> ParsedStatements:
        """Give what was read.

        Raises:
            ReconError: nothing was.
        """
        if self.error is not None:
            raise self.error
        assert self.parsed is not None
        return self.parsed


def grouped(inputs: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut inputs into groups of so many, or of so many bytes, at most; what is larger is a group of its own or ends one."""
    group: list[T] = []
    total = 0
    for one in inputs:
        group.append(one)
        total += size(one)
        if total >= GROUP_BYTES or len(group) >= GROUP_COUNT:
            yield group
            group, total = [], 0
    if group:
        yield group


def read_inputs(sources: Sequence[SourceFile], policy: Policy, plugins: Plugins) -> list[Read]:
    """Let exactly one format read each input."""
    read = [_claimed(source, plugins) for source in sources]
    for name in sorted({one.format for one in read if one.format is not None}):
        places = [place for place, one in enumerate(read) if one.format == name]
        options = policy.formats.get(name, {})
        answers = plugins.read_many(name, [sources[place] for place in places], options)
        for place, answer in zip(places, answers, strict=True):
            read[place] = (
                read[place]._replace(error=answer)
                if isinstance(answer, ReconError)
                else read[place]._replace(parsed=answer)
            )
    return read


def _claimed(source: SourceFile, plugins: Plugins) -> Read:
    head = source.data[:HEAD_BYTES]
    claims = plugins.sniff_all(head, source.name)
    failures = tuple(failure.message for failure in claims.failures)
    try:
        chosen = choose_format(claims.formats, plugins.names("format"), source.name, head)
    except ReconError as error:
        return Read(None, None, error, failures)
    return Read(chosen, None, None, failures)
