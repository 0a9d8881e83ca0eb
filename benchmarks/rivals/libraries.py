"""Libraries for reconciliation that can be installed, each called as its documentation says, on the same records.

A number in free text is no reference to them, so each line is given the number of the item that it quotes if it quotes
exactly one: the tokens of `benchmarks.rivals.given` do for them what they leave to the caller.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.rivals.given import Found, Given, Item, Line, numbers_of, quoted_words

if TYPE_CHECKING:
    from collections.abc import Iterator

# Amounts are compared, never shown, so minor units do for major ones in every currency.
_MINOR = Decimal(1)


def _references(given: Given) -> dict[str, str]:
    """Give each line the one number of ours that it quotes."""
    numbers = numbers_of(given.items)
    by_id = {item.item_id: item.number for item in given.items}
    found = {}
    for line in given.lines:
        quoted = {numbers[word] for word in quoted_words(line.all_text) if word in numbers}
        if len(quoted) == 1:
            found[line.line_id] = by_id[quoted.pop()]
    return found


def match_bankstatementparser(given: Given) -> Iterator[Found]:
    """Reference, then amount and party, then amount and similar party, each unique both ways.

    Dates are left out: its default window of seven days between due date and booking refuses most receipts.
    """
    from bankstatementparser.reconciliation import reconcile_payments_and_statements

    references = _references(given)
    payments = [
        {
            "id": item.item_id,
            "amount": str(item.amount),
            "currency": item.currency,
            "reference": item.number,
            "counterparty": item.customer_name,
        }
        for item in given.items
    ]
    statements = [
        {
            "id": line.line_id,
            "amount": str(line.amount),
            "currency": line.currency,
            "reference": references.get(line.line_id, ""),
            "counterparty": line.name,
        }
        for line in given.lines
    ]
    report = reconcile_payments_and_statements(payments, statements)
    for match in report.matches:
        is_exact = match.status.value.startswith("EXACT")
        yield Found(
            match.statement_record["id"],
            (match.payment_record["id"],),
            float(match.confidence),
            is_applied=is_exact,
        )


def match_reconcile_mcp(given: Given) -> Iterator[Found]:
    """Weighted score of reference, amount, date and name, greedy; `exact` with high confidence is applied.

    Its search for sums is off: it tries all sums of two to six of the whole rest, which does not end at this size.
    """
    from reconcile_mcp.engine import reconcile

    references = _references(given)
    expected = [
        {
            "id": item.item_id,
            "amount": str(item.amount),
            "currency": item.currency,
            "reference": item.number,
            "counterparty": item.customer_name,
        }
        for item in given.items
    ]
    observed = [
        {
            "id": line.line_id,
            "amount": str(line.amount),
            "currency": line.currency,
            "reference": references.get(line.line_id, line.all_text),
            "counterparty": line.name,
        }
        for line in given.lines
    ]
    report = reconcile(expected, observed, {"enable_one_to_many": False})
    for match in report["matches"]:
        is_sure = match["type"] == "exact" and match["confidence"] == "high"
        yield Found(
            match["observed"][0],
            tuple(match["expected"]),
            float(match["score"]),
            is_applied=is_sure,
        )


def match_reconcile_py(given: Given) -> Iterator[Found]:
    """Amount as gate, reference and counterparty graded 2 to 1, 0.8 to pass, near ties within 0.05 are no match.

    The settings of its usage guide without the window of dates. It knows no currency, so each runs by itself.
    """
    from reconcile import FieldRule, ReconcileConfig, Record, reconcile

    references = _references(given)
    config = ReconcileConfig(
        rules=(
            FieldRule("amount", "gate"),
            FieldRule("reference", "grade", weight=2.0),
            FieldRule("counterparty", "grade", weight=1.0),
        ),
        threshold=0.8,
        ambiguity_epsilon=0.05,
    )
    sides: dict[str, tuple[list[Line], list[Item]]] = defaultdict(lambda: ([], []))
    for line in given.lines:
        sides[line.currency][0].append(line)
    for item in given.items:
        sides[item.currency][1].append(item)
    for lines, items in sides.values():
        left = [
            Record(
                line.amount * _MINOR,
                reference=references.get(line.line_id, line.all_text) or None,
                counterparty=line.name or None,
                id=line.line_id,
            )
            for line in lines
        ]
        right = [
            Record(
                item.amount * _MINOR,
                reference=item.number,
                counterparty=item.customer_name,
                id=item.item_id,
            )
            for item in items
        ]
        for match in reconcile(left, right, config).matches:
            if len(match.left_ids) == 1:
                yield Found(
                    str(match.left_ids[0]),
                    tuple(map(str, match.right_ids)),
                    match.score,
                    is_applied=not match.ambiguous,
                )
