"""The format coda: Belgian CODA statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import MalformedFile, Place, hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import Format, ParsedStatements, SourceFile


class Coda:
    """Belgian CODA statements."""

    name = "coda"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim nothing yet."""
        return False

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:  # noqa: ARG002
        """Refuse every file."""
        raise MalformedFile("this format is not read yet", place=Place(source.name))


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Coda()]
