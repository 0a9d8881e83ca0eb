"""Hold documents against a declared table of fields. In: shapes (name -> field -> kind), a document. Out: what is wrong with it.

A kind is `text`, `text<=21` (with its greatest length), `id` (a UUID), `number`, `flag`, `day` (YYYY-MM-DD), `moment` (milliseconds
since 1970, as .NET writes them), words divided by `|` (one of these), the name of a shape, or `[NAME]` (a list of them).
"""

from __future__ import annotations

import re
from decimal import Decimal
from uuid import UUID

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"/Date\(-?\d+(\+0000)?\)/")
PATTERNS = {"day": DAY, "moment": MOMENT}


def faults(shapes, name, document, *, needs=()):
    """Say what a document has that its shape has not, is of another kind or too long, or lacks."""
    if not isinstance(document, dict):
        return [f"{name} is no object"]
    fields = shapes[name]
    wrong = [f"{name} has no field {field}" for field in document if field not in fields]
    wrong += [f"{name} needs {field}" for field in needs if field not in document]
    for field, value in document.items():
        if field in fields and value is not None:
            wrong += _of_kind(shapes, f"{name}.{field}", fields[field], value)
    return wrong


def _of_kind(shapes, where, kind, value):
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [why for one in value for why in _of_kind(shapes, where, kind[1:-1], one)]
    if kind in shapes:
        return faults(shapes, kind, value)
    return [] if is_a(kind, value) else [f"{where} is no {kind}: {value!r}"]


def is_a(kind, value):
    """Say whether a value is of a kind that is no shape."""
    if kind in {"number", "flag"}:
        is_flag = isinstance(value, bool)
        return (
            is_flag if kind == "flag" else not is_flag and isinstance(value, int | float | Decimal)
        )
    if not isinstance(value, str):
        return False
    if kind in PATTERNS:
        return PATTERNS[kind].fullmatch(value) is not None
    if kind == "id":
        return _is_id(value)
    if kind.startswith("text"):
        return len(value) <= int(kind.partition("<=")[2] or len(value))
    return value in kind.split("|")


def _is_id(value):
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
