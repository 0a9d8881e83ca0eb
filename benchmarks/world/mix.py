"""How often each scenario happens, by level of noise: per mille of the bank lines."""

from __future__ import annotations

from types import MappingProxyType

LEVELS = ("low", "medium", "high")
# How far names and texts are changed, 0 to 1.
TEXT_NOISE = MappingProxyType({"low": 0.2, "medium": 0.5, "high": 0.9})
# Money that we pay; it stands in for what cannot be played.
FILLER = "outgoing"
# What is paid when a rarer scenario finds no item that fits: most payments are plain.
PLAIN = "exact_quote"
# Receipts for items that the books do not hold, as `--without-item` asks for them.
NO_ITEM = "no_item"
# What a bank account holds besides receipts from customers; these shares stay as they are.
NO_RECEIPTS = frozenset(
    ("bank_fee", "interest", "own_transfer", "card_settlement", "salaries", "tax", FILLER)
)

# The most demanding of items come first: they choose before the plain ones use the items up.
SHARES = MappingProxyType(
    {
        "history_oldest_first": (3, 4, 5),
        "equal_items": (15, 15, 20),
        "several_unquoted": (5, 12, 18),
        "several_in_part": (3, 6, 10),
        "range_quoted": (3, 5, 7),
        "shared_prefix": (5, 8, 12),
        "credit_note_silent": (5, 8, 12),
        "credit_note_quoted": (12, 12, 15),
        "wrong_number": (2, 4, 8),
        "ambiguous_amount": (3, 8, 12),
        "sister_by_account": (2, 4, 5),
        "sister_quoted": (3, 3, 3),
        "amount_only": (3, 8, 12),
        "history_agent_ambiguous": (1, 2, 3),
        "history_agent_amount": (1, 2, 3),
        "history_account_and_amount": (5, 10, 14),
        "history_name_and_amount": (3, 6, 8),
        "history_mandate_and_amount": (2, 4, 5),
        "mandate_unknown": (1, 1, 2),
        "history_usual_charge": (2, 4, 6),
        "alias_and_amount": (3, 5, 7),
        "account_and_amount": (35, 40, 45),
        "name_respelled": (3, 6, 10),
        "name_and_amount": (18, 28, 34),
        "parent_pays": (10, 12, 14),
        "two_customers": (2, 4, 6),
        "agent_pays": (5, 7, 9),
        "alias_pays": (10, 12, 14),
        "owner_pays": (4, 6, 8),
        "factor_pays": (3, 4, 5),
        "discount_late": (4, 8, 12),
        "discount_on_net": (1, 3, 5),
        "discount_rounded": (1, 3, 5),
        "discount_in_time": (30, 28, 25),
        "reference_mistyped": (1, 3, 5),
        "reference_right": (70, 45, 25),
        "end_to_end_number": (4, 5, 6),
        "purchase_order_quoted": (4, 7, 10),
        "customer_number_quoted": (2, 4, 6),
        "mistyped_number": (4, 10, 18),
        "transposed_number": (1, 3, 6),
        "cut_number": (2, 5, 9),
        "letter_for_digit": (1, 4, 8),
        "deduction_stated": (3, 5, 7),
        "deduction_unstated": (2, 4, 7),
        "short_by_charge": (4, 8, 12),
        "part_payment": (8, 10, 13),
        "instalments": (3, 5, 7),
        "overpayment": (4, 8, 11),
        "duplicate_payment": (4, 5, 8),
        "returned_payment": (4, 5, 6),
        "other_currency": (3, 5, 7),
        "provider_settlement": (4, 5, 6),
        "cheque_batch": (1, 2, 3),
        "several_quoted": (75, 72, 65),
        "mangled_number": (50, 105, 130),
        "coinciding_amount": (3, 6, 10),
        "coinciding_number": (3, 6, 10),
        "closed_item_quoted": (4, 6, 8),
        "prepayment": (4, 5, 6),
        "bank_fee": (25, 25, 25),
        "interest": (4, 4, 4),
        "own_transfer": (8, 8, 8),
        "card_settlement": (12, 12, 12),
        "salaries": (1, 1, 1),
        "tax": (3, 3, 3),
        "exact_quote": (421, 262, 119),
    }
)
FILLER_SHARES = (50, 45, 40)


def counts(lines: int, level: str, without_item: int = 0) -> dict[str, int]:
    """Share out the lines; what rounding leaves is plain.

    A month of 1,000 lines or more has every scenario at least once, a shorter one those that it has room for.

    Args:
        lines: how many there are.
        level: one of LEVELS.
        without_item: per mille of the receipts that pay for nothing in the books.

    >>> counts(1000, "medium")["mangled_number"], counts(1000, "medium", 500)["mangled_number"]
    (105, 52)
    """
    column = LEVELS.index(level)
    least = 1 if lines >= 1000 else 0
    wanted: dict[str, int] = {}
    for name, row in SHARES.items():
        kept = 1000 if name in NO_RECEIPTS else 1000 - without_item
        wanted[name] = max(least, lines * row[column] * kept // 1_000_000)
    receipts = sum(row[column] for name, row in SHARES.items() if name not in NO_RECEIPTS)
    if without_item:
        wanted[NO_ITEM] = lines * receipts * without_item // 1_000_000
    wanted[FILLER] = max(least, lines * FILLER_SHARES[column] // 1000)
    return wanted | {PLAIN: wanted[PLAIN] + lines - sum(wanted.values())}
