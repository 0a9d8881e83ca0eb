"""The second reading: the library ofxparse reads amount, date and id of every transaction, and we compare.

This is the seam where a reader can be replaced. The library gets small blocks in a canonical frame, because it is
quadratic in the number of tags and cubic in the length of an amount, knows four encodings, and returns no transaction
at all for a file that is cut. It gets the day alone, because it shifts times into UTC and so books an evening payment
on the next day. Our own reading follows a stricter grammar and stands.
"""

from __future__ import annotations

import io
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from recon.api import exponent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_ofx.transaction import Transaction

LIBRARY: Final = "ofxparse"
BLOCK: Final = 200

_HEAD: Final = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\nCHARSET:NONE\n\n"
    "<OFX><STMTRS><BANKTRANLIST>"
)
_TAIL: Final = "</BANKTRANLIST></STMTRS></OFX>"
_NO_ID: Final = "-"  # the library refuses an empty id


def unconfirmed(transactions: Sequence[Transaction]) -> list[tuple[int, str]]:
    """Let the library read the transactions and list those that it reads otherwise.

    Returns:
        Index and reason of every transaction whose amount, day or id the library does not confirm.
    """
    doubts: list[tuple[int, str]] = []
    pending = [
        (start, min(start + BLOCK, len(transactions)))
        for start in range(0, len(transactions), BLOCK)
    ]
    while pending:
        start, end = pending.pop()
        block = transactions[start:end]
        readings = _read(block)
        if readings is not None and len(readings) == len(block):
            for index, (ours, theirs) in enumerate(zip(block, readings, strict=True), start=start):
                if theirs != _facts(ours):
                    doubts.append((index, "reads another amount, day or id"))
        elif len(block) == 1:
            doubts.append((start, "refuses the transaction"))
        else:
            # One bad transaction makes the library refuse all: halve until the bad ones stand alone.
            middle = (start + end) // 2
            pending += [(start, middle), (middle, end)]
    return sorted(doubts)


def _facts(transaction: Transaction) -> tuple[Decimal, str, str]:
    amount = Decimal(transaction.amount).scaleb(-exponent(transaction.currency))
    return amount, f"{transaction.booking_date:%Y%m%d}", transaction.identifier or _NO_ID


def _read(block: Sequence[Transaction]) -> list[tuple[Decimal, str, str]] | None:
    """Give amount, day and id of each transaction, None if the library refuses the block."""
    body = "".join(
        f"<STMTTRN><DTPOSTED>{each.booking_date:%Y%m%d}</DTPOSTED>"
        f"<TRNAMT>{escape(each.amount_text)}</TRNAMT>"
        f"<FITID>{escape(each.identifier or _NO_ID)}</FITID></STMTTRN>"
        for each in block
    )
    with warnings.catch_warnings():
        # The library calls names that its own parser has deprecated.
        warnings.simplefilter("ignore")
        from ofxparse import OfxParser  # noqa: PLC0415 -- its import warns as well
        from ofxparse.ofxparse import OfxParserException  # noqa: PLC0415

        try:
            parsed: Any = OfxParser.parse(io.BytesIO(f"{_HEAD}{body}{_TAIL}".encode()))
        except (OfxParserException, ValueError, ArithmeticError, LookupError, TypeError):
            return None
    found = parsed.accounts[0].statement.transactions
    return [(each.amount, f"{each.date:%Y%m%d}", each.id) for each in found]
