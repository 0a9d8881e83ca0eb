"""The format cfonb: French CFONB 120. In: a file. Out: frames. Claims a file by the columns of its first record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from recon.api import hookimpl, plain_head
from recon_cfonb.reader import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import Format, ParsedStatements, SourceFile

# Bank, four free or of an internal code, branch, currency and decimals or blanks, account.
_ACCOUNT: Final = (
    rb"[0-9A-Z]{5}[0-9A-Z ]{4}[0-9A-Z]{5}(?:[A-Z]{3}[0-9]|[ ]{4})[0-9A-Z ][0-9A-Z]{11}"
)
_SIGNED: Final = rb"[0-9]{13}[{}A-Ra-r\x82\x8a\xc3\xe8\xe9]"
_FIRST: Final = re.compile(
    rb"\s*(?:"
    rb"0[17]" + _ACCOUNT + rb"[ ]{2}[^\r\n]{6}[ ]{50}" + _SIGNED + rb"|"
    rb"04" + _ACCOUNT + rb"[0-9A-Z ]{2}[0-9]{6}[0-9A-Z ]{2}[0-9 ]{6}[^\r\n]{42}" + _SIGNED + rb"|"
    rb"05" + _ACCOUNT + rb"[0-9A-Z ]{2}[0-9]{6}[ ]{5}[0-9A-Z]{3}[^\r\n])"
)


class Cfonb:
    """French CFONB 120 statements."""

    name = "cfonb"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim a file whose first record has the columns of a balance, a movement or a complement."""
        return _FIRST.match(plain_head(head)) is not None

    def explain(self, head: bytes, file_name: str) -> str:
        """Say why the file is claimed, or why not."""
        if self.sniff(head, file_name):
            return "its first record has the columns of CFONB 120: kind, bank, branch, currency, account, amount with sign"
        return "its first 120 characters are no record 01, 04, 05 or 07 of CFONB 120"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one whole file; see `recon_cfonb.reader`."""
        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Cfonb()]
