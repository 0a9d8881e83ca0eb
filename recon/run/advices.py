"""Find remittance advices, and who reads each. In: a file or a folder. Out: paths by source; the rows that they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import Place, UnreadableItems
from recon.frames.parties import Remittances

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import dataframely as dy

    from recon.config import Policy
    from recon.plugins import Plugins

# Tables are read by the source of files, in whatever columns they are; all else says by its content what it is.
_TABLES: Final = (".csv", ".xlsx", ".parquet")
# Who names a file so means an advice: left out in silence, the payment would go to the wrong items.
_DOCUMENTS: Final = (".xml", ".edi", ".x12", ".820")
_HEAD: Final = 64 * 1024


def find_advices(given: Path | None, plugins: Plugins, tables: str) -> dict[str, list[Path]]:
    """List the files of advices by the source that reads them.

    Args:
        given: a file, which is an advice whatever its name, or a folder, in which tables and documents are looked for.
        plugins: the sources.
        tables: the source that reads tables.

    Raises:
        UnreadableItems: a file cannot be opened, or a document is of no format that a source claims.
    """
    found: dict[str, list[Path]] = {}
    if given is None:
        return found
    is_folder = given.is_dir()
    for path in _files(given) if is_folder else [given]:
        source = plugins.advice_source(_head(path), path.name)
        if source is None and path.suffix.lower() in _DOCUMENTS:
            raise UnreadableItems(
                "no source reads this as a remittance advice",
                place=Place(path.name),
                hint="read are CSV, Excel, Parquet, UBL RemittanceAdvice, camt.054 and EDI 820; "
                "take other files out of the folder",
            )
        if source is None and (not is_folder or path.suffix.lower() in _TABLES):
            source = tables
        if source is not None:
            found.setdefault(source, []).append(path)
    return found


def fetch_advices(
    found: dict[str, list[Path]], policy: Policy, plugins: Plugins, as_of: dt.date | None
) -> dy.DataFrame[Remittances]:
    """Let each source read its files.

    Raises:
        UnreadableItems: a file cannot be read in full, or does not add up.
    """
    frames = [
        plugins.fetch(
            source,
            as_of,
            {**policy.sources.get(source, {}), "remittances": [str(path) for path in paths]},
        ).remittances
        for source, paths in sorted(found.items())
    ]
    return Remittances.validate(pl.concat([Remittances.create_empty(), *frames]))


def _files(folder: Path) -> list[Path]:
    """List what lies in a folder by name, without what is hidden or left behind by an open sheet."""
    return sorted(
        one for one in folder.iterdir() if one.is_file() and not one.name.startswith((".", "~$"))
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise UnreadableItems(
            f"cannot read the file: {error.strerror}", place=Place(path.name)
        ) from None
