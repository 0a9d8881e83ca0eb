"""The format norma43: Spanish AEB Norma 43 (CSB 43). In: a file. Out: frames. Claims a file by its first record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from recon.api import hookimpl, plain_head
from recon_norma43.reader import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import Format, ParsedStatements, SourceFile

# The head of an account: bank, branch, account, two days, debit or credit, amount, currency, mode.
_HEAD: Final = re.compile(
    rb"\s*11[0-9]{18}[0-9]{2}[01][0-9][0-3][0-9]{3}[01][0-9][0-3][0-9][012][0-9]{14}[0-9]{3}[1-3 \r\n]"
)


class Norma43:
    """Spanish AEB Norma 43 statements."""

    name = "norma43"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 -- content decides
        """Claim a file that begins with the head of an account, in columns."""
        return _HEAD.match(plain_head(head)) is not None

    def explain(self, head: bytes, file_name: str) -> str:
        """Say why the file is claimed, or why not."""
        if self.sniff(head, file_name):
            return "it begins with the head of an account: record 11 with bank, dates, balance and currency"
        return "its first line is no record 11 of Norma 43 (18 digits of account, two days, key, balance, currency)"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read one whole file; see `recon_norma43.reader`."""
        return read(source, options)


@hookimpl
def recon_register_formats() -> list[Format]:
    """Give the format."""
    return [Norma43()]
