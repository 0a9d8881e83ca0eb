"""Splink: Fellegi and Sunter's record linkage, trained on the lines and items themselves, one item a line.

In: what rivals are given. Out: the pairs above a probability that are each other's single best, ties dropped.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from benchmarks.rivals.given import Found, Given, Item, Line, quoted_words, solid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from splink import Linker

_DIGITS = re.compile(r"[0-9]{5,}")
_FORMS = re.compile(r"\b(GMBH|AG|KG|CO|LTD|LIMITED|PLC|INC|LLC|CORP|BV|NV|SA|AS|SARL|SPRL)\b")


def match_splink(given: Given, threshold: float) -> Iterator[Found]:
    """Apply what is linked at the threshold and has the item's amount; a linkage cannot say what a difference is.

    Tokens are whole quoted words and their long digit groups; amounts count by how rare they are; names without their
    legal forms; the payer's account.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = _linker(given)
    _train(linker)
    predictions = linker.inference.predict(threshold_match_probability=0.01)
    clustered = linker.clustering.cluster_using_single_best_links(
        predictions,
        duplicate_free_datasets=["items", "lines"],
        threshold_match_probability=threshold,
        ties_method="drop",
    )
    paid = {line.line_id: line.amount for line in given.lines}
    due = {item.item_id: item.amount for item in given.items}
    together: dict[str, dict[str, str]] = {}
    for row in clustered.as_record_list():
        together.setdefault(row["cluster_id"], {})[row["source_dataset"]] = row["unique_id"]
    for pair in together.values():
        if len(pair) == 2:
            is_whole = paid[pair["lines"]] == due[pair["items"]]
            yield Found(pair["lines"], (pair["items"],), threshold, is_applied=is_whole)


def _linker(given: Given) -> Linker:
    import pandas as pd  # noqa: TID251 - what Splink takes
    import splink.comparison_level_library as levels
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    amount = compare.CustomComparison(
        output_column_name="amount",
        comparison_levels=[
            levels.NullLevel("amount"),
            levels.ExactMatchLevel("amount", term_frequency_adjustments=True),
            levels.PercentageDifferenceLevel("amount", 0.05),
            levels.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            compare.ArrayIntersectAtSizes("tokens", [1]),
            amount,
            compare.ExactMatch("account"),
            compare.JaroWinklerAtThresholds("name", [0.92, 0.8]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("currency", "tokens", arrays_to_explode=["tokens"]),
            block_on("currency", "amount"),
            block_on("currency", "account"),
            block_on("currency", "name"),
        ],
    )
    database = DuckDBAPI()
    accounts = {one.customer_id: one.accounts for one in given.customers}
    frames = {
        "items": pd.DataFrame([_item_row(item, accounts) for item in given.items]),
        "lines": pd.DataFrame([_line_row(line) for line in given.lines]),
    }
    tables = [database.register(frame, dataset_display_name=name) for name, frame in frames.items()]
    return Linker(tables, settings, log_level=logging.ERROR)


def _train(linker: Linker) -> None:
    """Estimate as the documentation says: prior from sure rules, u from random pairs, m by expectation maximisation."""
    from splink import block_on

    # A quoted number and the amount: about four of ten pairs that belong together have both.
    sure = "l.currency = r.currency and l.amount = r.amount and list_has_any(l.tokens, r.tokens)"
    linker.training.estimate_probability_two_random_records_match([sure], recall=0.4)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e7, seed=1)
    for rule in (
        block_on("currency", "amount"),
        block_on("currency", "account"),
    ):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


def _line_row(line: Line) -> dict[str, Any]:
    return {
        "unique_id": line.line_id,
        "amount": line.amount,
        "currency": line.currency,
        "account": solid(line.account) or None,
        "name": _bare(line.name),
        "tokens": _tokens([line.all_text]),
    }


def _item_row(item: Item, accounts: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    known = accounts.get(item.customer_id, ())
    return {
        "unique_id": item.item_id,
        "amount": item.amount,
        "currency": item.currency,
        "account": solid(known[0]) if known else None,
        "name": _bare(item.customer_name),
        "tokens": _tokens([item.number, item.reference, item.purchase_order]),
    }


def _tokens(texts: Iterable[str]) -> list[str]:
    words = {word for text in texts for word in quoted_words(text)}
    digits = {group.lstrip("0") for word in words for group in _DIGITS.findall(word)}
    return sorted(words | digits)


def _bare(name: str) -> str | None:
    words = _FORMS.sub(" ", re.sub(r"[^A-Z0-9 ]", " ", name.upper())).split()
    return " ".join(words) or None
