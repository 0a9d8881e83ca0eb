"""What of an entry and its details no column shows. In: texts and lines. Out: the extras of each line, as JSON.

A text is left out only where a column shows just that text; keys are paths, `Ntry/...` for the entry's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_camt.extras import Pairs, objects, spread
from recon_camt.words import (
    ADDITIONAL_TEXT,
    BATCH_REFERENCE,
    CODE_PATHS,
    CREDITOR_ID,
    CREDITOR_ID_SCHEME,
    CREDITOR_REFERENCE,
    DETAIL_COLUMNS,
    ENTRY_COLUMNS,
    NOT_PROVIDED,
    ORIGINALS,
    PARTY_COLUMNS,
    PROPRIETARY_CODE,
    RATES,
    SHARES,
    STRUCTURED_TEXT,
    UNSTRUCTURED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from recon_camt.sources import Sources

_AMOUNTS: Final = tuple(dict.fromkeys((*SHARES, *ORIGINALS)))
_BOTH: Final = {
    **dict.fromkeys(_AMOUNTS, ("shown_amount", "original_text")),
    **{f"{path}@Ccy": ("currency", "original_currency") for path in _AMOUNTS},
    **{path: (f"code_{index}",) for index, path in enumerate(CODE_PATHS)},
    **dict.fromkeys(RATES, ("exchange_rate",)),
    PROPRIETARY_CODE: ("transaction_code",),
}
# Path of a detail -> columns of which one may show its text.
_SHOWN_OF_DETAIL: Final = {
    **_BOTH,
    **{path: (name,) for name, paths in DETAIL_COLUMNS.items() for path in paths},
    **{
        path.format(side): (name,)
        for name, paths in PARTY_COLUMNS.items()
        for path in paths
        for side in ("Dbtr", "Cdtr")
    },
    "Refs/AcctSvcrRef": ("bank_reference",),
    "CdtDbtInd": ("shown_indicator",),
    CREDITOR_ID: ("creditor_id",),
    CREDITOR_ID_SCHEME: ("shown_scheme",),
    ADDITIONAL_TEXT: ("remittance",),
}
_SHOWN_OF_ENTRY: Final = {
    **_BOTH,
    **{path: (name,) for name, paths in ENTRY_COLUMNS.items() for path in paths},
    "AcctSvcrRef": ("bank_reference",),
    "BookgDt/Dt": ("shown_booking_date",),
    "ValDt/Dt": ("shown_value_date",),
    **dict.fromkeys(BATCH_REFERENCE, ("customer_reference",)),
}
# The lines of an entry add up to its amount, and its marks are columns of all of them.
_ALWAYS_OF_ENTRY: Final = frozenset({"Amt", "Amt@Ccy", "CdtDbtInd", "Sts", "Sts/Cd", "RvslInd"})
_ALWAYS_OF_DETAIL: Final = frozenset({UNSTRUCTURED})


def kept_texts(
    sources: Sources, lines: pl.DataFrame, entry_of_detail: NDArray[np.int64]
) -> pl.Series:
    """Give the extras of each line.

    Args:
        sources: the texts, and which entry and detail each line has.
        lines: with all columns that show texts.
        entry_of_detail: the entry of each detail.
    """
    shown = _shown(lines, sources)
    line_of_detail = np.full(sources.detail.count, -1, np.int64)
    t = lines["t"].to_numpy()
    has_detail = ~np.isnan(t) if t.dtype.kind == "f" else np.ones(len(t), bool)
    line_of_detail[t[has_detail].astype(np.int64)] = np.flatnonzero(has_detail)
    found = [
        *_of_details(sources, shown, line_of_detail),
        *_of_structured(sources, shown, line_of_detail),
        *_of_entries(sources, shown),
        *_marks(lines),
        *_kept_details(sources, lines, entry_of_detail),
    ]
    return objects(found, len(lines))


def _shown(lines: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    """Give the texts that columns show, as the bank wrote them."""
    share = pl.coalesce(
        sources.of_detail(sources.detail.first(SHARES[0])),
        sources.of_detail(sources.detail.first(SHARES[1])),
    )
    is_share = pl.col("part") == "detail"
    code = pl.col("bank_transaction_code").str.split_exact("-", 2)
    is_id = pl.col("creditor_id").is_not_null()
    return lines.with_columns(
        shown_amount=pl.when(is_share).then(share).otherwise("amount_text"),
        shown_indicator=pl.when(is_share)
        .then(sources.of_detail(sources.detail.first("CdtDbtInd")))
        .otherwise("indicator"),
        shown_scheme=pl.when(is_id).then(pl.lit("SEPA")),
        shown_booking_date=pl.col("booking_date").cast(pl.String),
        shown_value_date=pl.col("value_date").cast(pl.String),
        **{f"code_{index}": code.struct.field(f"field_{index}") for index in range(3)},
    )


def _of_details(
    sources: Sources, shown: pl.DataFrame, line_of_detail: NDArray[np.int64]
) -> Iterator[Pairs]:
    leaves = sources.detail
    for words in leaves.paths():
        if words in _ALWAYS_OF_DETAIL:
            continue
        rows = leaves.rows(words)
        line = line_of_detail[leaves.owner[rows]]
        rows, line = rows[line >= 0], line[line >= 0]
        text = leaves.texts(rows)
        kept = _unshown(text, line, _SHOWN_OF_DETAIL.get(words, ()), shown)
        if words == "Refs/EndToEndId" and kept.any():
            kept &= ~text.str.to_uppercase().is_in(NOT_PROVIDED)
        yield from _named(words, line, text, kept)


def _of_entries(sources: Sources, shown: pl.DataFrame) -> Iterator[Pairs]:
    leaves = sources.entry
    entry_of_line = sources.n.to_numpy()
    for words in leaves.paths():
        if words in _ALWAYS_OF_ENTRY:
            continue
        rows = leaves.rows(words)
        # Each line of a batch bears what is said of the whole entry.
        line, said = spread(entry_of_line, leaves.owner[rows])
        text = leaves.texts(rows[said])
        kept = _unshown(text, line, _SHOWN_OF_ENTRY.get(words, ()), shown)
        yield from _named(f"Ntry/{words}", line, text, kept)


def _unshown(
    text: pl.Series, line: NDArray[np.int64], columns: tuple[str, ...], shown: pl.DataFrame
) -> pl.Series:
    """Say which texts none of these columns of their line shows."""
    kept = pl.Series([True]).new_from_index(0, len(text))
    if not columns:
        return kept
    is_every_line = len(line) == len(shown) and bool((line == np.arange(len(line))).all())
    for name in columns:
        column = shown[name] if is_every_line else shown[name][line]
        if text.equals(column):
            return pl.Series([False]).new_from_index(0, len(text))
        kept &= text.ne_missing(column)
    return kept


def _named(key: str, line: NDArray[np.int64], text: pl.Series, kept: pl.Series) -> Iterator[Pairs]:
    if kept.any():
        if not kept.all():
            text, line = text.filter(kept), line[kept.to_numpy()]
        yield Pairs(line, key, text)


def _of_structured(
    sources: Sources, shown: pl.DataFrame, line_of_detail: NDArray[np.int64]
) -> Iterator[Pairs]:
    leaves = sources.structured
    for words in leaves.paths():
        if words == STRUCTURED_TEXT:
            continue
        rows = leaves.rows(words)
        structured = leaves.owner[rows]
        line = line_of_detail[sources.structured_owner[structured]]
        rows, structured, line = (one[line >= 0] for one in (rows, structured, line))
        text = leaves.text[rows]
        if words in CREDITOR_REFERENCE:
            is_shown = text == shown["structured_reference"][line]
            kept = ~is_shown.fill_null(value=False)
        else:
            kept = pl.Series([True]).new_from_index(0, len(text))
        key = _structured_keys(sources, structured, words)
        yield Pairs(line[kept.to_numpy()], key.filter(kept), text.filter(kept))


def _structured_keys(sources: Sources, structured: NDArray[np.int64], words: str) -> pl.Series:
    """Number the structured remittances of a detail that has several, so that their fields stay together."""
    owner = sources.structured_owner
    first = np.searchsorted(owner, owner[structured], side="left")
    count = np.searchsorted(owner, owner[structured], side="right") - first
    frame = pl.DataFrame({"number": structured - first + 1, "count": count})
    numbered = pl.format("RmtInf/Strd[{}]/" + words, "number")
    plain = pl.lit(f"RmtInf/Strd/{words}")
    return frame.select(pl.when(pl.col("count") > 1).then(numbered).otherwise(plain)).to_series()


def _marks(lines: pl.DataFrame) -> Iterator[Pairs]:
    """Mark the lines that the bank did not itemise."""
    part = lines["part"]
    is_made = (part == "charges") | (part == "difference")
    if is_made.any():
        rows = np.flatnonzero(is_made.to_numpy())
        yield Pairs(rows, "made_of", part.filter(is_made))


def _kept_details(
    sources: Sources, lines: pl.DataFrame, entry_of_detail: NDArray[np.int64]
) -> Iterator[Pairs]:
    """Keep whole details of a batch that is one line, as a list of objects."""
    is_kept_whole = lines["part"] == "kept"
    if not is_kept_whole.any():
        return
    kept = is_kept_whole.arg_true()
    line_of_entry = np.full(int(entry_of_detail.max()) + 1, -1, np.int64)
    line_of_entry[lines["n"].gather(kept).to_numpy()] = kept.to_numpy()
    line = line_of_entry[entry_of_detail]
    numbered = np.cumsum(line >= 0) - 1
    chosen = np.flatnonzero(line >= 0)
    structured = sources.structured
    found = []
    for leaves, prefix in ((sources.detail, ""), (structured, "RmtInf/Strd/")):
        for words in leaves.paths():
            rows = leaves.rows(words)
            owner = leaves.owner[rows]
            detail = sources.structured_owner[owner] if leaves is structured else owner
            is_kept = line[detail] >= 0
            text = leaves.text[rows[is_kept]]
            found.append(Pairs(numbered[detail[is_kept]], f"{prefix}{words}", text))
    each = objects(found, len(chosen)).fill_null("{}")
    listed = (
        pl.DataFrame({"line": line[chosen], "value": each})
        .group_by("line", maintain_order=True)
        .agg(pl.col("value").str.join(", "))
    )
    whole = "[" + listed["value"] + "]"
    yield Pairs(listed["line"].to_numpy(), "TxDtls", whole, is_json=True)
