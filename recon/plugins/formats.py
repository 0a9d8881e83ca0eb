"""Call formats by their names. In: files and options. Out: checked frames, or `PluginFailed`."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from recon import protocols
from recon.errors import Place, ReconError
from recon.plugins.blame import blaming, require_type
from recon.plugins.claims import Claims, Opinion
from recon.plugins.contracts import checked_statements
from recon.plugins.registry import Registry
from recon.plugins.streamed import reading_in_pieces
from recon.plugins.together import read_together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from recon.protocols import (
        Options,
        ParsedStatements,
        SourceFile,
        SourceStream,
        StreamedStatements,
    )


class FormatCalls(Registry):
    """Ask formats whether a file is theirs, and let them read."""

    def sniff_all(self, head: bytes, file_name: str) -> Claims:
        """Ask every format whether a file is its own.

        A sniffer that fails claims nothing: the caller reports it, and the file is judged by the others.

        Args:
            head: the first 64 KiB of the file.
            file_name: the file's name; formats decide by content.
        """
        claims: list[str] = []
        failures: list[ReconError] = []
        for name in self.names("format"):
            one = self._find("format", name)
            try:
                with blaming(one.owner, f"sniff of {name}", Place(file_name)):
                    answer = one.target.sniff(head, file_name)
                    require_type(answer, bool)
            except ReconError as error:
                failures.append(error)
            else:
                claims += [name] if answer else []
        return Claims(tuple(claims), tuple(failures))

    def opinions(self, head: bytes, file_name: str) -> tuple[Opinion, ...]:
        """Ask every format what it says of a file, and why.

        Args:
            head: the first 64 KiB of the file.
            file_name: the file's name; formats decide by content.
        """
        return tuple(self._opinion(name, head, file_name) for name in self.names("format"))

    def _opinion(self, name: str, head: bytes, file_name: str) -> Opinion:
        one = self._find("format", name)
        try:
            with blaming(one.owner, f"sniff of {name}", Place(file_name)):
                claims = one.target.sniff(head, file_name)
                require_type(claims, bool)
                because = ""
                if isinstance(one.target, protocols.ExplainsClaim):
                    because = one.target.explain(head, file_name)
                    require_type(because, str)
        except ReconError as error:
            return Opinion(name, None, error.message)
        return Opinion(name, claims, because)

    def draft(self, name: str, source: SourceFile) -> str | None:
        """Let a format propose options for a file, as TOML; None if it never does."""
        one = self._find("format", name)
        if not isinstance(one.target, protocols.DraftsOptions):
            return None
        with blaming(one.owner, f"draft of {name}", Place(source.name)):
            text = one.target.draft(source)
            require_type(text, str)
            return text

    def read(self, name: str, source: SourceFile, options: Options) -> ParsedStatements:
        """Let a format read one file, and check frames, keys and counts.

        Raises:
            PluginFailed: it raised, returned something else than the contract says, or lost a record.
            ReconError: the cause that the format named itself.
        """
        one = self._find("format", name)
        with blaming(one.owner, f"read of {name}", Place(source.name)):
            return checked_statements(one.target.read(source, deepcopy(dict(options))))

    def read_many(
        self, name: str, sources: Sequence[SourceFile], options: Options
    ) -> list[ParsedStatements | ReconError]:
        """Let a format read several files, together where it can; what `read` would raise of one is its answer."""
        together = read_together(self._find("format", name), sources, options)
        return [
            self._tried(name, source, options) if parsed is None else parsed
            for source, parsed in zip(sources, together, strict=True)
        ]

    def reads_in_pieces(self, name: str) -> bool:
        """Say whether a format can read a file that is never in memory as a whole."""
        return isinstance(self._find("format", name).target, protocols.ReadsInPieces)

    def read_stream(
        self, name: str, source: SourceStream, options: Options
    ) -> AbstractContextManager[StreamedStatements]:
        """Let a format that `reads_in_pieces` read one file so; see `recon.plugins.streamed`."""
        return reading_in_pieces(self._find("format", name), source, options)

    def _tried(
        self, name: str, source: SourceFile, options: Options
    ) -> ParsedStatements | ReconError:
        try:
            return self.read(name, source, options)
        except ReconError as error:
            return error
