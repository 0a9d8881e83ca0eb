"""What a complete run missed: postings, thresholds, reports, inputs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from recon.errors import MalformedFile, PluginFailed, ReconError, ThresholdMissed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.run.flow import RunResult
    from recon.run.request import MatchRequest

_DELIVERED = ("accepted", "duplicate")
_NOT_RECEIVABLE = ("not_receivable", "returned")


class PostingFailed(ReconError):
    """Not every entry was delivered to the ledger; the others are pending."""

    code = "posting-failed"
    exit_code = 4


def missed(
    request: MatchRequest,
    result: RunResult,
    *,
    fail_under: Decimal | None,
    fail_on: tuple[str, ...],
) -> Iterator[ReconError]:
    """Give what was missed, the gravest first: money at the ledger, then what was asked for, then inputs.

    Args:
        request: what was asked of the run.
        result: the complete run.
        fail_under: the smallest share of receipts that has to be applied.
        fail_on: kinds of exceptions of which there may be none.
    """
    yield from _postings(request, result)
    share, applied, receipts = applied_share(result.summary)
    if fail_under is not None and share < fail_under:
        yield ThresholdMissed(
            f"{applied} of {receipts} receipts were applied ({share:.2%}), fewer than {fail_under:.2%}",
            hint="unmatched.csv lists the rest, each with its reason",
        )
    for kind in dict.fromkeys(fail_on):
        count = _count(result, kind)
        if count:
            what = "inputs were" if kind == "quarantined" else "lines are"
            yield ThresholdMissed(f"{count} {what} {kind}")
    if result.failed_reports:
        yield PluginFailed(f"reports that were not written: {', '.join(result.failed_reports)}")
    if result.quarantined:
        yield MalformedFile(f"{len(result.quarantined)} inputs were quarantined; the rest is done")
    elif result.view.rejects.height:
        yield MalformedFile(
            f"{result.view.rejects.height} records could not be read; the rest is done"
        )


def applied_share(summary: dict[str, Any]) -> tuple[Decimal, int, int]:
    """Give the share of receipts that were applied, and both counts; without receipts nothing is missing.

    Receipts are the credits of all currencies without those that are not receivable or returned.
    """
    counts = [
        (name, part["count"])
        for currency in summary["totals"].values()
        for name, part in currency["received_is"].items()
    ]
    receipts = sum(count for name, count in counts if name not in _NOT_RECEIVABLE)
    applied = sum(count for name, count in counts if name == "applied")
    return (Decimal(applied) / receipts if receipts else Decimal(1)), applied, receipts


def _count(result: RunResult, kind: str) -> int:
    if kind == "quarantined":
        return len(result.quarantined)
    lines: int = result.summary["fates"][kind]["lines"]
    return lines


def _postings(request: MatchRequest, result: RunResult) -> Iterator[ReconError]:
    if request.ledger is None:
        return
    if result.posting is None:
        yield PostingFailed(f"nothing was delivered to the ledger {request.ledger}")
        return
    pending = result.posting.filter(~result.posting["outcome"].is_in(_DELIVERED)).sort("entry_key")
    if pending.height:
        first = pending.row(0, named=True)
        yield PostingFailed(
            f"{pending.height} of {result.posting.height} entries were not delivered to "
            f"{request.ledger}; the first: {first['outcome']}, {first['reason'] or 'no reason given'}",
            hint="run it again: entries that the ledger has already are not posted twice",
        )
