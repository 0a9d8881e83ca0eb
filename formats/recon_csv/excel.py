"""The format `excel`: statements that a bank delivers as a workbook, read by the same layouts as delimited text."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from recon.api import MalformedFile
from recon_csv.catalogue import find_claim
from recon_csv.choice import chosen_profile, not_certain, read_by_guess, read_by_profile, read_known
from recon_csv.dialect import split_heads
from recon_csv.guess import guess_profile
from recon_csv.profile import load_options
from recon_csv.sheet import looks_like_workbook, read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements, SourceFile
    from recon_csv.table import Table


class ExcelFormat:
    """Workbooks. What a sheet holds is read as an export of delimited text is, with the same options."""

    name = "excel"

    def sniff(self, head: bytes, file_name: str) -> bool:  # noqa: ARG002 - the name of a file proves nothing
        """Say whether this is a workbook; nothing but a statement is given as one."""
        return looks_like_workbook(head)

    def explain(self, head: bytes, file_name: str) -> str:  # noqa: ARG002 - the name of a file proves nothing
        """Say in one sentence why the file is claimed or not."""
        if looks_like_workbook(head):
            return "it is an Excel workbook: an archive with the parts of one, or a workbook stream"
        return "it does not begin as an Excel workbook does"

    def read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        """Read the first sheet that holds a table.

        Args:
            source: the file.
            options: the table `[formats.excel]` of the policy, of the same keys as `[formats.csv]`.

        Raises:
            MalformedFile: the file is no workbook, no profile fits, or the layout is not certain.
            ConfigurationError: the options are wrong.
        """
        try:
            return self._read(source, options)
        except MalformedFile as refusal:
            raise _naming_our_table(refusal) from None

    def _read(self, source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
        settled = load_options(options, self.name)
        table = read_workbook(source.data, source.name)
        chosen = settled.profile or chosen_profile(lambda _: table.head, settled, source.name)
        if chosen is not None:
            return read_by_profile(table, chosen, settled, (source.name, ()))
        claim = find_claim(split_heads(_as_text(table)), source.name)
        if claim is not None:
            return read_known(table, claim, settled, (source.name, ()))
        guess = guess_profile(table, settled)
        if guess is None:
            raise not_certain(source.name)
        return read_by_guess(table, guess, settled, (source.name, ()))


def _naming_our_table(refusal: MalformedFile) -> MalformedFile:
    """Layouts are those of delimited text, and so are their hints; the options of a workbook stand elsewhere."""
    message, hint = (
        text.replace("[formats.csv", "[formats.excel") if text else None
        for text in (refusal.message, refusal.hint)
    )
    return MalformedFile(message, place=refusal.place, excerpt=refusal.excerpt, hint=hint)


def _as_text(table: Table) -> str:
    """Write the first records as delimited text, for the catalogue's look at them."""
    out = io.StringIO()
    csv.writer(out, delimiter=table.delimiter).writerows(table.head)
    return out.getvalue()
