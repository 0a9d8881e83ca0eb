"""Set aside the lines that are no receipts, with the reason; what is left may pay items.

In: comparable lines. Out: line_id, fate, reason for every line set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import ComparableLines, ItemKeys, LineKeys

# Booking codes that banks give to returns of direct debits and rejected transfers:
# SWIFT type RTI; German business codes (DK) 108, 109, 159, 181, 182, 183.
_RETURN_CODES: Final = ("NRTI", "RTI", "108", "109", "159", "181", "182", "183")
# ISO 20022 bank transaction code sub-families: reimbursement and return, unpaid and reversed direct debits, unpaid and
# cancelled cheques, returned cards. Source: ISO 20022 external bank transaction code list.
_RETURN_SUBFAMILIES: Final = ("RRTN", "UPDD", "PRDD", "RCDD", "UPCQ", "XRCQ", "ARET", "UPCT")
_RETURN_WORDS: Final = (
    r"\b(RETURN(ED)?|REJECT(ED)?|CHARGEBACK|UNPAID|NSF|BOUNCED|RUCKLASTSCHRIFT|RUECKLASTSCHRIFT|RUCKUBERWEISUNG"
    r"|RUECKUEBERWEISUNG|RETOURE?|RUCKGABE|RUECKGABE|IMPAYE|REJET|STORNO|STORNIERUNG|TERUGBOEKING|DEVOLUCION|INSOLUTO)\b"
)
_INTEREST_CODES: Final = ("INT", "NINT", "DIV", "NDIV", "814")
_INTEREST_SUBFAMILIES: Final = ("INTR",)
_INTEREST_WORDS: Final = (
    r"\b(INTEREST|HABENZINSEN|ZINSEN|INTERETS|RENTE|INTERESSI|INTERESES|RANTA)\b"
)
_FEE_CODES: Final = ("FEE", "SRVCHG", "NCHG", "CHG", "808", "809", "NCOM")
_FEE_SUBFAMILIES: Final = ("CHRG", "FEES", "COMM")
_FEE_WORDS: Final = r"\b(ACCOUNT FEE|BANK CHARGES?|SERVICE CHARGE|KONTOFUHRUNG|ENTGELT\w*|GEBUHR\w*|FRAIS|KOSTEN|COMMISSION\w*|SPESE)\b"
_COMPARED: Final = (
    "line_id",
    "account",
    "currency",
    "amount",
    "booking_date",
    "booking_text",
    "payer_account",
    "end_to_end_id",
    "structured_reference",
    "mandate",
)
# A return comes back within this many days of the receipt that it undoes.
_RETURN_WINDOW_DAYS: Final = 400


def set_aside(
    lines: dy.DataFrame[ComparableLines],
    line_keys: dy.DataFrame[LineKeys],
    item_keys: dy.DataFrame[ItemKeys],
) -> pl.DataFrame:
    """Classify lines that are no receipts.

    Args:
        lines: all lines.
        line_keys: tokens of the receipts' texts.
        item_keys: ways of quoting open items: words such as `interest` do not set a receipt aside that quotes one.

    Returns:
        line_id, fate (not_receivable or returned), reason; one row a line set aside.
    """
    # Whether a line quotes an item is asked of those alone that name no other party.
    nameless = lines.filter(pl.col("payer_account").is_null(), pl.col("payer_name").is_null())
    quotable = item_keys.filter(pl.col("kind") != "number_tail", pl.col("key").str.len_bytes() >= 4)
    quoting = (
        line_keys.join(nameless, on="line", how="semi")
        .join(quotable, on="key", how="semi")["line"]
        .unique()
    )
    lines_said = lines.with_columns(is_quoting=pl.col("line").is_in(quoting.implode()))
    returns = find_returns(lines)
    verdict = (
        pl.when(pl.col("amount") == 0)
        .then(pl.lit("zero_amount"))
        .when(pl.col("is_own_account"))
        .then(pl.lit("own_transfer"))
        .when((pl.col("amount") > 0) & (pl.col("is_reversal") | _is_sent_back()))
        .then(pl.lit("reversal_of_debit"))
        .when(_says(_FEE_CODES, _FEE_SUBFAMILIES, _FEE_WORDS))
        .then(pl.lit("bank_fee"))
        .when(_says(_INTEREST_CODES, _INTEREST_SUBFAMILIES, _INTEREST_WORDS))
        .then(pl.lit("interest"))
        .when(pl.col("amount") < 0)
        .then(pl.lit("payment_out"))
    )
    plain = (
        lines_said.lazy()
        .select("line_id", fate=pl.lit("not_receivable"), reason=verdict)
        .drop_nulls("reason")
        .collect()
        .join(returns, on="line_id", how="anti")
    )
    return pl.concat([returns, plain]).sort("line_id")


def _is_sent_back() -> pl.Expr:
    """The bank gives a reason of return, or a code of a return: of our own payment where it is a credit."""
    return pl.col("return_reason").is_not_null() | _is_of(_RETURN_SUBFAMILIES)


def _is_of(subfamilies: tuple[str, ...]) -> pl.Expr:
    return pl.col("bank_transaction_code").str.slice(-4).is_in(subfamilies)


def _says(codes: tuple[str, ...], subfamilies: tuple[str, ...], words: str) -> pl.Expr:
    """The bank's code says so; or its words do, on a line that names no other party and quotes no open item."""
    of_the_bank = (
        pl.col("payer_account").is_null() & pl.col("payer_name").is_null() & ~pl.col("is_quoting")
    )
    of_its_code = pl.col("transaction_code").is_in(codes) | _is_of(subfamilies)
    # The words of few lines are read.
    text = pl.when(of_the_bank & ~of_its_code).then("booking_text")
    return of_its_code | text.str.contains(words).fill_null(value=False)


def find_returns(table: pl.DataFrame) -> pl.DataFrame:
    """Find debits that give a receipt back, and the receipt that each gives back if it is among the lines.

    Returns:
        line_id, fate (returned), reason: `return_of_receipt` and `returned_later` of a pair; `return_of_earlier_receipt`
        of a debit whose receipt is not there.
    """
    says = (
        pl.col("transaction_code").is_in(_RETURN_CODES)
        | _is_sent_back()
        | pl.col("booking_text").str.contains(_RETURN_WORDS)
    )
    backs = table.filter(pl.col("amount") < 0).filter(pl.col("is_reversal") | says)
    if backs.is_empty():
        return pl.DataFrame(schema={"line_id": pl.String, "fate": pl.String, "reason": pl.String})
    backs = backs.with_columns(amount=-pl.col("amount"))
    same_sum = ["account", "currency", "amount"]
    # Whatever a large feed receives of one amount meets each return of it: their numbers are read before that, once.
    receipts = table.select(_COMPARED).join(backs, on=same_sum, how="semi")
    pairs = _compared(backs).join(_compared(receipts), on=same_sum, suffix="_receipt")
    days = (pl.col("booking_date") - pl.col("booking_date_receipt")).dt.total_days()
    same_id = pl.any_horizontal(
        *(
            pl.col(name) == pl.col(f"{name}_receipt")
            for name in ("end_to_end_id", "structured_reference")
        )
    ).fill_null(value=False)
    same_payer = (pl.col("payer_account") == pl.col("payer_account_receipt")).fill_null(value=False)
    # A collection and its return quote one mandate; two mandates are two debtors.
    same_mandate = pl.col("mandate") == pl.col("mandate_receipt")
    shared_numbers = pl.col("numbers").list.set_intersection("numbers_receipt").list.len()
    # What the texts say goes before the payer alone: each number they share counts.
    likeness = (
        3 * same_id.cast(pl.Int64)
        + 2 * shared_numbers.cast(pl.Int64)
        + same_payer.cast(pl.Int64)
        + same_mandate.fill_null(value=False).cast(pl.Int64)
    )
    fitting = pairs.filter(
        days.is_between(0, _RETURN_WINDOW_DAYS), likeness > 0, same_mandate.fill_null(value=True)
    )
    sure = one_to_one(fitting.with_columns(likeness=likeness))
    undone = sure.select(
        line_id="line_id_receipt", fate=pl.lit("returned"), reason=pl.lit("returned_later")
    )
    paired = backs.select(
        "line_id",
        fate=pl.lit("returned"),
        reason=pl.when(pl.col("line_id").is_in(sure["line_id"].to_list()))
        .then(pl.lit("return_of_receipt"))
        .otherwise(pl.lit("return_of_earlier_receipt")),
    )
    return pl.concat([undone, paired])


def one_to_one(fitting: pl.DataFrame) -> pl.DataFrame:
    """Pair each return with one receipt: the most alike first, then the latest receipt.

    Returns that want the same receipt go in the order of their dates; the others choose again from what is left,
    so that as many returns as fit undo a receipt each.
    """
    best = fitting.sort("likeness", "booking_date_receipt", "line_id_receipt", descending=True)
    rounds = [best.clear()]
    while not best.is_empty():
        first = (
            best.unique("line_id", keep="first", maintain_order=True)
            .sort("booking_date", "line_id")
            .unique("line_id_receipt", keep="first", maintain_order=True)
        )
        rounds.append(first)
        best = best.join(first, on="line_id", how="anti", maintain_order="left").join(
            first, on="line_id_receipt", how="anti", maintain_order="left"
        )
    return pl.concat(rounds)


def _compared(lines: pl.DataFrame) -> pl.DataFrame:
    """What lines are compared by, with `numbers`: those of the text, with the letters and marks they are printed with."""
    number = r"[0-9A-Z][0-9A-Z/.-]*[0-9][0-9A-Z/.-]*"
    long = pl.element().str.len_bytes() >= 5
    numbers = pl.col("booking_text").str.extract_all(number).list.filter(long)
    return lines.select(*_COMPARED, numbers=numbers).drop("booking_text")
