"""Let the library ofxparse read small documents; runs in a limited child process and nowhere else.

In: documents. Out: amount, day and id of each transaction, as text. Imports neither Polars nor `recon`.
"""

from __future__ import annotations

import io
import warnings
from typing import Any


def read(documents: list[str]) -> list[list[list[str]] | None]:
    """Give amount, day (YYYYMMDD) and id of all transactions of each document, None where the library refuses it."""
    with warnings.catch_warnings():
        # The library calls names that its own parser has deprecated.
        warnings.simplefilter("ignore")
        from ofxparse import OfxParser  # noqa: PLC0415 -- its import warns as well

        return [_read(OfxParser, document) for document in documents]


def _read(parser: Any, document: str) -> list[list[str]] | None:
    from ofxparse.ofxparse import OfxParserException  # noqa: PLC0415 -- as above

    try:
        parsed = parser.parse(io.BytesIO(document.encode()))
        found = parsed.accounts[0].statement.transactions
        return [[str(one.amount), f"{one.date:%Y%m%d}", str(one.id)] for one in found]
    except (
        OfxParserException,
        ValueError,
        ArithmeticError,
        LookupError,
        TypeError,
        AttributeError,
    ):
        return None
