"""Split an entry by customer, for systems whose payments are of one customer. In: postings. Out: a share a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recon.api.file_ledger import Posting


class Share(NamedTuple):
    """What one customer has of an entry; `cash` is what is left of the receipt for it, in minor units."""

    customer: str
    cash: int
    settles: tuple[Posting, ...]
    differences: tuple[Posting, ...]
    on_account: int


def shares_of(entry: Sequence[Posting], customer_of: Callable[[Posting], str]) -> list[Share]:
    """Split an entry; the shares' cash adds up to the entry's.

    Args:
        entry: postings that add up to zero.
        customer_of: the system's customer of a posting, '' where it has none; such a difference goes to the first customer.

    Returns:
        shares in order of cash, the largest last, so that the last one is never nothing.
    """
    mine: dict[str, list[Posting]] = {}
    lost: list[Posting] = []
    for posting in entry:
        if posting.role == "cash":
            continue
        customer = customer_of(posting)
        if customer:
            mine.setdefault(customer, []).append(posting)
        else:
            lost.append(posting)
    if lost:
        mine.setdefault(next(iter(mine), ""), []).extend(lost)
    shares = [_share(customer, postings) for customer, postings in mine.items()]
    return sorted(shares, key=lambda share: share.cash)


def _share(customer: str, postings: Sequence[Posting]) -> Share:
    return Share(
        customer=customer,
        cash=-sum(p.amount for p in postings),
        settles=tuple(p for p in postings if p.role == "receivable"),
        differences=tuple(p for p in postings if p.role not in {"receivable", "on_account"}),
        on_account=-sum(p.amount for p in postings if p.role == "on_account"),
    )
