"""One verb for all reports of the record: a name, a Standing and a form become bytes.

In: name, Standing, form. Out: bytes; the same Standing gives the same bytes, in every form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.errors import ConfigurationError
from recon.report.standing import plain
from recon.report.standing.book import render_document_book
from recon.report.standing.catalogue import REPORTS, build_report
from recon.report.standing.document import Asked
from recon.report.standing.page import render_document_page

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Document

__all__ = ["FORMS", "REPORTS", "Asked", "build_report", "render_files", "render_report"]

FORMS: Final = ("table", "csv", "json", "html", "xlsx")


def render_report(
    name: str,
    standing: Standing,
    how: str,
    asked: Asked | None = None,
    *,
    table: str | None = None,
    width: int | None = None,
) -> bytes:
    """Render a report.

    Args:
        name: one of REPORTS.
        standing: the record as it stood.
        how: one of FORMS; `table` and `csv` give one table, the others the whole report.
        asked: an earlier record, balances of the ledger.
        table: for `table` and `csv`, which one; the report proper without it, its head with `header`.
        width: for `table`, columns of the terminal; None never wraps.

    Raises:
        ConfigurationError: there is no such report, form or table.
        IdentityBroken: the report does not tie to the record.
    """
    return _rendered(build_report(name, standing, asked), how, table, width)


def render_files(name: str, standing: Standing, asked: Asked | None = None) -> dict[str, bytes]:
    """Render a report in every form that is a file: NAME.json, NAME.html, NAME.xlsx, and a CSV a table.

    The report proper is NAME.csv, every other table NAME.TABLE.csv, the head NAME.header.csv.
    """
    document = build_report(name, standing, asked)
    found = {f"{name}.{how}": _rendered(document, how) for how in ("json", "html", "xlsx")}
    found[f"{name}.csv"] = plain.as_csv(document)
    others = [table.name for table in document.body.tables[1:]]
    for table in (*others, plain.HEADER):
        found[f"{name}.{table}.csv"] = plain.as_csv(document, table)
    return dict(sorted(found.items()))


def _rendered(
    document: Document, how: str, table: str | None = None, width: int | None = None
) -> bytes:
    if how == "csv":
        return plain.as_csv(document, table)
    if how == "table":
        return plain.as_terminal_text(document, table, width)
    if table is not None:
        raise ConfigurationError(f"{how} gives all tables of a report, not {table!r} alone")
    if how == "json":
        return plain.as_json(document)
    if how == "html":
        return render_document_page(document)
    if how == "xlsx":
        return render_document_book(document)
    raise ConfigurationError(f"no form {how!r}", hint="choose one of " + ", ".join(FORMS))
