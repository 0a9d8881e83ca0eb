"""How often each scenario happens, by level of noise: per mille of the bank lines."""

from __future__ import annotations

from types import MappingProxyType

LEVELS = ("low", "medium", "high")
# How far names and texts are changed, 0 to 1.
TEXT_NOISE = MappingProxyType({"low": 0.2, "medium": 0.5, "high": 0.9})
# What fills up to 1000: money that we pay.
FILLER = "outgoing"

# The most demanding of items come first: they choose before the plain ones use the items up.
SHARES = MappingProxyType(
    {
        "equal_items": (20, 20, 25),
        "several_unquoted": (5, 15, 25),
        "credit_note_silent": (5, 10, 15),
        "credit_note_quoted": (15, 15, 20),
        "wrong_number": (2, 5, 10),
        "ambiguous_amount": (3, 10, 15),
        "amount_only": (3, 10, 15),
        "account_and_amount": (40, 50, 60),
        "name_and_amount": (20, 40, 50),
        "parent_pays": (10, 15, 20),
        "discount_in_time": (30, 30, 30),
        "reference_right": (80, 50, 30),
        "mistyped_number": (5, 15, 30),
        "short_by_charge": (5, 10, 15),
        "part_payment": (10, 15, 20),
        "overpayment": (5, 10, 15),
        "duplicate_payment": (4, 6, 10),
        "returned_payment": (4, 5, 7),
        "several_quoted": (80, 80, 80),
        "mangled_number": (60, 130, 180),
        "coinciding_amount": (3, 8, 12),
        "coinciding_number": (3, 8, 12),
        "closed_item_quoted": (5, 8, 10),
        "bank_fee": (30, 30, 30),
        "interest": (5, 5, 5),
        "own_transfer": (10, 10, 10),
        "card_settlement": (15, 15, 15),
        "exact_quote": (460, 320, 190),
    }
)


def counts(lines: int, level: str) -> dict[str, int]:
    """Share out the lines: every scenario at least once, the filler gets the rest.

    >>> counts(1000, "medium")["exact_quote"]
    320
    """
    column = LEVELS.index(level)
    wanted = {name: max(1, lines * row[column] // 1000) for name, row in SHARES.items()}
    return wanted | {FILLER: max(1, lines - sum(wanted.values()))}
