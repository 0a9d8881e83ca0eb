"""Decide each receipt's fate: apply only what two classes of evidence agree on and no rival disputes.

In: scored proposals, members, the assignment, receipts and foreign numbers. Out: line, fate, reason, proposal.
Ambiguity is a result: it is suggested with its alternatives, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.settle import LEAVES_OPEN

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.proposals.propose import Proposed

WHOLE: Final = 1_000_000
# What is known of the proposal that a line got, beside what rules ask.
_GOT: Final = ("line", "proposal", "millibits", "settlement", "confidence_ppm")
# Below this a proposal is not worth a person's look.
_WORTH_SUGGESTING_PPM: Final = 1_000


def decide(
    scored: Proposed,
    assigned: pl.DataFrame,
    receipts: pl.DataFrame,
    policy: Policy,
    threshold: int,
) -> pl.DataFrame:
    """Give every receipt one fate and one reason.

    Args:
        scored: all proposals.
        assigned: the proposal that each line got.
        receipts: flags of the lines; `is_uncombined` where not every sum of the payer's items was tried.
        policy: when a proposal may be applied.
        threshold: the confidence from which it may, in parts per million.

    Returns:
        line, fate, reason, proposal (the one applied or assigned; null if none), margin_millibits.
    """
    refused = with_refusal(scored, assigned, policy, threshold)
    able = refused.filter(pl.col("refusal").is_null()).select("line", "proposal")
    # A near rival is what keeps the confidence down, so it is the better reason of the two.
    doubtful = refused.filter((pl.col("refusal") == "below_threshold").fill_null(True)).select(
        "line", "proposal"
    )
    rivals = _rivals(scored, doubtful, able, refused, policy)
    judged = refused.join(rivals, on="line", how="left").with_columns(
        refusal=pl.coalesce("rival", "refusal")
    )
    fates = judged.select(
        "line",
        "proposal",
        fate=pl.when(pl.col("refusal").is_null())
        .then(pl.lit("applied"))
        .otherwise(pl.lit("suggested")),
        reason=pl.coalesce("refusal", pl.lit("evidence_agrees")),
    )
    left = receipts.select("line", "is_held", "is_uncombined").join(fates, on="line", how="anti")
    return pl.concat([fates, _left_over(left, scored, fates)]).sort("line")


def with_refusal(
    scored: Proposed, assigned: pl.DataFrame, policy: Policy, threshold: int
) -> pl.DataFrame:
    """Give the proposal that each line got: its columns named in _GOT, and `refusal`.

    `refusal` is the first rule that forbids applying it, null if none.
    """
    names, rules = zip(*refusing_rules(policy, threshold), strict=True)
    # Of a wide table the few columns that are asked for.
    asked = {name for rule in rules for name in rule.meta.root_names()}.union(_GOT)
    known = scored.proposals.select(asked.intersection(scored.proposals.columns))
    chosen = assigned.join(known, on=["line", "proposal"], how="left")
    first = [pl.when(forbids).then(pl.lit(at, dtype=pl.Int8)) for at, forbids in enumerate(rules)]
    # Lazily, because only so what the rules share is computed once; their places are smaller than their names.
    judged = chosen.lazy().with_columns(refusal=pl.coalesce(first)).collect()
    return judged.with_columns(
        pl.col("refusal").replace_strict(range(len(names)), names, return_dtype=pl.String)
    )


def target_ppm(policy: Policy) -> int:
    """The precision that the policy asks of applied lines, in parts per million."""
    return int(policy.decide.target_precision * WHOLE)


def is_by_order(policy: Policy) -> pl.Expr:
    """An account payment is spread by the policy's order, so no evidence has to single out its items."""
    return (pl.col("settlement") == "account_payment") & (
        policy.decide.account_payment == "oldest_first"
    )


def refusing_rules(policy: Policy, threshold: int) -> list[tuple[str, pl.Expr]]:
    """List the rules over scored proposals, each with the reason it gives, in the order in which they are asked.

    `threshold` is the confidence from which a proposal may be applied, in parts per million.
    """
    part, over = pl.col("settlement") == "part", pl.col("settlement") == "over"
    leaves_open = pl.col("settlement").is_in(LEAVES_OPEN)
    by_order = is_by_order(policy)
    # Without an agreeing amount, the number quoted and the payer must both be certain.
    sure_payer = pl.col("party_is_strong") & pl.col("classes").str.contains("reference")
    return [
        ("held_balance_break", pl.col("is_held")),
        ("disguised_text", pl.col("is_disguised")),
        ("component_too_large", ~pl.col("is_exact")),
        ("party_conflict", pl.col("has_party_conflict")),
        ("reference_conflict", pl.col("quotes_other")),
        ("currency_differs", pl.col("settlement") == "other_currency"),
        ("one_class_only", (pl.col("class_count") < 2) & ~by_order),
        ("late_discount", pl.col("settlement") == "late_discount"),
        ("batch_gives_back", pl.col("settlement") == "batch_gives_back"),
        ("batch_undecided", pl.col("settlement") == "batch_undecided"),
        ("before_issue", pl.col("is_before_issue") & ~pl.col("classes").str.contains("reference")),
        ("ambiguous", pl.col("fits") > 1),
        ("short_payment", leaves_open & (policy.decide.part_payment == "suggest")),
        ("short_payment", part & ~sure_payer),
        ("short_payment", part & (pl.col("shape") != "one_item")),
        ("overpayment", over & ((policy.decide.overpayment == "suggest") | ~sure_payer)),
        # Who leaves more than was quoted pays for something else as well.
        ("overpayment", over & (pl.col("received") < -2 * pl.col("difference"))),
        # A rest that is the price of another item pays it; where not every sum was tried, it may well be one.
        ("overpayment", over & (pl.col("is_uncombined") | pl.col("rest_is_a_price"))),
        ("equal_items", (pl.col("equals") > 1) & (policy.decide.equal_items == "suggest")),
        # A payer who names a number tells its items apart, whether or not the number can be read.
        ("equal_items", (pl.col("equals") > 1) & pl.col("names_a_number")),
        (
            "payer_account_changed",
            pl.col("is_new_account")
            & (policy.decide.new_account == "suggest")
            & ~pl.col("classes").str.contains("reference"),
        ),
        (
            "usual_charge",
            (pl.col("settlement") == "usual_charge") & (policy.bank_charges.usual == "suggest"),
        ),
        # Of sisters under one name, who paid another line may well have paid this one too.
        ("told_by_another_line", pl.col("is_told_by_others") & ~by_order),
        ("below_threshold", (pl.col("confidence_ppm") < threshold) & ~by_order),
        # The surer lines of a day make no room for what is certain only because another line is.
        (
            "below_threshold",
            pl.col("leans_on_others") & (pl.col("confidence_ppm") < target_ppm(policy)) & ~by_order,
        ),
    ]


def _rivals(
    scored: Proposed,
    doubtful: pl.DataFrame,
    able: pl.DataFrame,
    chosen: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """Find lines whose choice a rival disputes: another set for the line, or another line for its items."""
    margin = int(policy.decide.min_margin_bits * 1000)
    mine = doubtful.join(
        scored.proposals.select(
            "line", "proposal", "millibits", "customer", "shape", "equals", "amount_millibits"
        ),
        on=["line", "proposal"],
    )
    # Payment and discount of one item are two members, which find the same rivals.
    items = scored.members.drop_nulls("item").select("proposal", "line", "item")
    taken = items.join(able, on=["line", "proposal"]).select("item", taker="line").unique()
    return pl.concat(
        [
            _other_sets(scored, mine, items, taken, margin),
            _other_lines(scored, mine, items, chosen, margin),
        ]
    ).unique("line", keep="first", maintain_order=True)


def _other_sets(
    scored: Proposed, mine: pl.DataFrame, items: pl.DataFrame, taken: pl.DataFrame, margin: int
) -> pl.DataFrame:
    """Another explanation of the same line is nearly as good, and its items are not surely another line's."""
    others = scored.proposals.select(
        "line",
        rival="proposal",
        rival_millibits="millibits",
        rival_customer="customer",
        rival_equals="equals",
        rival_amount="amount_millibits",
        rival_shape="shape",
    )
    alike = (
        (pl.col("rival_equals") > 1)
        & (pl.col("equals") > 1)
        & (pl.col("rival_customer") == pl.col("customer"))
        & (pl.col("rival_millibits") == pl.col("millibits"))
    ).fill_null(False)
    close = mine.join(others, on="line").filter(
        pl.col("rival") != pl.col("proposal"),
        pl.col("rival_millibits") > pl.col("millibits") - margin,
        pl.col("rival_millibits") > 0,
        ~alike,
    )
    elsewhere = (
        close.select("line", "rival")
        .join(items.rename({"proposal": "rival"}), on=["line", "rival"])
        .join(taken, on="item")
        .filter(pl.col("taker") != pl.col("line"))
        .select("line", "rival")
        .unique()
    )
    disputed = close.join(elsewhere, on=["line", "rival"], how="anti")
    return disputed.select("line", rival=pl.lit("ambiguous")).unique("line").sort("line")


def _other_lines(
    scored: Proposed, mine: pl.DataFrame, items: pl.DataFrame, chosen: pl.DataFrame, margin: int
) -> pl.DataFrame:
    """Another line wants one of the items nearly as much, got nothing better, and is not the same payment twice."""
    wants = scored.proposals.select(
        "proposal",
        "line",
        "millibits",
        "customer",
        "party_millibits",
        "reference_millibits",
        "settlement",
    )
    got = chosen.select(rival_line="line", got_millibits="millibits", got_proposal="proposal")
    claims = (
        mine.select("line", "proposal", "millibits")
        .join(items, on=["line", "proposal"])
        .join(items.rename({"line": "rival_line", "proposal": "rival"}), on="item")
        .filter(pl.col("line") != pl.col("rival_line"))
        .join(
            wants.select(
                "proposal",
                own_party="party_millibits",
                own_reference="reference_millibits",
                own_settlement="settlement",
            ),
            on="proposal",
        )
        .join(
            wants.select(
                rival="proposal",
                rival_millibits="millibits",
                rival_party="party_millibits",
                rival_reference="reference_millibits",
                rival_settlement="settlement",
            ),
            on="rival",
        )
        .join(got, on="rival_line", how="left")
    )
    # Two lines with the same evidence for an item are one payment made twice: the earlier one has it.
    twice = (
        (pl.col("own_party") == pl.col("rival_party"))
        & (pl.col("own_reference") == pl.col("rival_reference"))
        & (pl.col("own_settlement") == pl.col("rival_settlement"))
    )
    contented = (pl.col("got_millibits") >= pl.col("rival_millibits") + margin).fill_null(False)
    # Both got their share of the item: what the one leaves open, the other pays.
    shared = (pl.col("rival") == pl.col("got_proposal")).fill_null(value=False)
    disputed = claims.filter(
        pl.col("rival_millibits") > pl.col("millibits") - margin,
        pl.col("rival_millibits") > 0,
        ~twice,
        ~shared,
        ~contented,
    )
    return disputed.select("line", rival=pl.lit("competing_lines")).unique("line").sort("line")


def _left_over(left: pl.DataFrame, scored: Proposed, fates: pl.DataFrame) -> pl.DataFrame:
    """Receipts that got no proposal: outbid by an applied line, or with nothing strong enough."""
    applied = fates.filter(pl.col("fate") == "applied").select("proposal")
    gone = (
        scored.members.join(applied, on="proposal", how="semi").select("item").drop_nulls().unique()
    )
    best = scored.proposals.filter(pl.col("place") == 1).join(left, on="line", how="semi")
    lost = (
        scored.members.join(best.select("proposal"), on="proposal", how="semi")
        .join(gone, on="item", how="semi")
        .select("proposal", outbid=pl.lit(True))
        .unique()
    )
    judged = left.join(
        best.select(
            "line",
            "proposal",
            "millibits",
            "confidence_ppm",
            "class_count",
            "classes",
            "settlement",
        ),
        on="line",
        how="left",
    ).join(lost, on="proposal", how="left")
    outbid = pl.col("outbid").fill_null(False)
    twice = (
        outbid
        & (pl.col("class_count") >= 2)
        & pl.col("classes").str.contains("reference")
        & ~pl.col("settlement").is_in([*LEAVES_OPEN, "other_currency"])
        # Whose items were paid twice, a provider's batch does not say of itself: it is many customers' money.
        & ~pl.col("settlement").str.starts_with("batch")
    )
    worth = (pl.col("confidence_ppm") >= _WORTH_SUGGESTING_PPM).fill_null(False)
    return judged.select(
        "line",
        "proposal",
        fate=pl.when(twice & ~pl.col("is_held"))
        .then(pl.lit("on_account"))
        .when(worth & ~outbid)
        .then(pl.lit("suggested"))
        .otherwise(pl.lit("unmatched")),
        reason=pl.when(pl.col("is_held"))
        .then(pl.lit("held_balance_break"))
        .when(twice)
        .then(pl.lit("duplicate_payment"))
        .when(outbid)
        .then(pl.lit("item_settled_by_other_line"))
        .when(worth & (pl.col("settlement") == "account_payment") & ~pl.col("is_uncombined"))
        .then(pl.lit("account_payment"))
        .when(worth & (pl.col("settlement") == "account_payment"))
        .then(pl.lit("too_many_to_combine"))
        .when(worth & (pl.col("millibits") > 0))
        .then(pl.lit("competing_lines"))
        .when(worth & (pl.col("class_count") < 2))
        .then(pl.lit("one_class_only"))
        .when(worth)
        .then(pl.lit("below_threshold"))
        .when("is_uncombined")
        .then(pl.lit("too_many_to_combine"))
        .when(pl.col("proposal").is_not_null())
        .then(pl.lit("weak_evidence"))
        .otherwise(pl.lit("no_candidate")),
    ).select(fates.columns)
