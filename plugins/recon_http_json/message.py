"""An entry as JSON, and its signature. In: postings, a secret. Out: bytes and headers, and postings read back.

The shape is documented in `plugins/README.md`. The signature is HMAC-SHA256 over the time, a dot and the body, so that
nobody on the way can alter an entry or send an old one again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from recon.api import format_minor
from recon.api.file_ledger import imbalance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api import Secret
    from recon.api.file_ledger import Posting

VERSION: Final = 1
_OF_ENTRY: Final = ("entry_key", "line_id", "description", "evidence")
_OF_POSTING: Final = ("posting", "role", "account", "currency", "item_number", "customer_id")


def body_of(entry: Sequence[Posting], reverses: str | None = None) -> bytes:
    """Write an entry; the same entry is the same bytes."""
    first = entry[0]
    told: dict[str, Any] = {name: getattr(first, name) for name in _OF_ENTRY}
    told |= {"version": VERSION, "date": first.date.isoformat(), "reverses": reverses}
    told["postings"] = [
        {name: getattr(p, name) for name in _OF_POSTING}
        | {"amount": format_minor(p.amount, p.currency)}
        for p in entry
    ]
    return encode(told)


def opposite_body(kept: Mapping[str, Any], as_key: str) -> bytes:
    """Write the opposite of an entry that the ledger gave back."""
    postings = [
        row | {"amount": str(-Decimal(row["amount"]))} if Decimal(row["amount"]) else row
        for row in kept["postings"]
    ]
    told = {name: kept[name] for name in (*_OF_ENTRY, "version", "date")}
    return encode(told | {"entry_key": as_key, "reverses": kept["entry_key"], "postings": postings})


def encode(told: Mapping[str, Any]) -> bytes:
    """Write JSON of plain ASCII, names in order."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


def signed(body: bytes, key: str, secret: Secret, seconds: int) -> dict[str, str]:
    """Give the headers of a body.

    Args:
        body: what is sent.
        key: the entry's.
        secret: shared with the receiver.
        seconds: the time, since 1970 in UTC.
    """
    text = f"{seconds}.".encode() + body
    code = hmac.new(secret.reveal().encode(), text, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Recon-Timestamp": str(seconds),
        "Recon-Signature": f"v1={code}",
    }


def doubt_of(kept: Any, key: str) -> str:
    """Say what is wrong with an entry that the ledger gave back; '' if nothing."""
    try:
        if kept["entry_key"] != key:
            return f"the ledger gives another entry: {str(kept['entry_key'])[:60]}"
        return imbalance((p["currency"], Decimal(p["amount"])) for p in kept["postings"])
    except (KeyError, TypeError, InvalidOperation):
        return "the ledger gives no whole entry back"
