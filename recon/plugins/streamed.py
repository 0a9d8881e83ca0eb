"""Let a format read a file in pieces. In: an open file. Out: checked statements and, block by block, lines; or `PluginFailed`.

What is beside the lines is checked before the first of them is given, each block as it comes, and the count of records when
the last one has come: whoever takes the lines knows only then that none is missing.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from recon.errors import Place
from recon.plugins.blame import blaming
from recon.plugins.contracts import checked_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dataframely as dy

    from recon.frames.lines import ReadLines
    from recon.plugins.loading import Registered
    from recon.protocols import Options, SourceStream, StreamedStatements


@contextmanager
def reading_in_pieces(
    format_: Registered, source: SourceStream, options: Options
) -> Iterator[StreamedStatements]:
    """Let a format that can read in pieces do so, and let go what it holds at the end.

    Raises:
        PluginFailed: it raised, returned something else than the contract says, or lost a record; also while lines are taken.
        ReconError: the cause that the format named itself.
    """
    blame = format_.owner, f"read_stream of {format_.name}", Place(source.name)
    with blaming(*blame):
        manager = format_.target.read_stream(source, deepcopy(dict(options)))
        answer = manager.__enter__()
    try:
        with blaming(*blame):
            read = checked_stream(answer)

        def blocks() -> Iterator[dy.DataFrame[ReadLines]]:
            while True:
                with blaming(*blame):
                    block = next(read.lines, None)
                if block is None:
                    return
                yield block

        yield replace(read, lines=blocks())
    finally:
        # What became of the lines is no business of the format: it may neither see an exception nor swallow it.
        with blaming(*blame):
            manager.__exit__(None, None, None)
