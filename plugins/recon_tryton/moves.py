"""Take back what was posted: cancel the moves of an entry's statement lines. In: keys. Out: ids of moves.

A posted statement cannot be cancelled in Tryton; its moves can. The invoices are parted from their payment first, then each
move gets its opposite, whose description is the key of the entry that takes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon_tryton.rpc import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_tryton.rpc import Rpc

MOVE: Final = "account.move"
_LINE: Final = "account.move.line"


def moves_by_key(rpc: Rpc, keys: Sequence[str]) -> dict[str, str]:
    """Find posted moves that cancel, by the key in their description."""
    posted = ["state", "=", "posted"]
    rows = rpc.find_by(MOVE, "description", keys, ("description",), posted)
    return {row["description"]: f"{MOVE},{row['id']}" for row in rows}


def cancel_moves(rpc: Rpc, key: str, as_key: str) -> str:
    """Cancel all moves of an entry in one transaction.

    Args:
        rpc: the session.
        key: the entry that is taken back.
        as_key: the key of the entry that takes back.

    Returns:
        the id of a move that cancels.

    Raises:
        Declined: the entry has no moves, or somebody cancelled them before.
    """
    lines = rpc.search_read(
        "account.statement.line", [["origin.number", "=", key], ["move", "!=", None]], ("move",)
    )
    moves = sorted({row["move"] for row in lines})
    origins = [f"{MOVE},{move}" for move in moves]
    if not moves or rpc.find_by(MOVE, "origin", origins, ("description",)):
        raise Declined("its moves are gone or were cancelled in Tryton")
    paired = rpc.find_by(_LINE, "move", moves, ("reconciliation",), ["reconciliation", "!=", None])
    if paired:
        ids = [row["id"] for row in paired]
        rpc.run_wizard("account.move.unreconcile_lines", "unreconcile", {}, (_LINE, ids))
    _part_from_invoices(rpc, moves)
    values = {"description": as_key, "reversal": True}
    rpc.run_wizard("account.move.cancel", "cancel", values, (MOVE, moves))
    return moves_by_key(rpc, [as_key])[as_key]


def _part_from_invoices(rpc: Rpc, moves: Sequence[int]) -> None:
    """Take the moves' lines out of what paid their invoices; else Tryton lets nobody pay those again."""
    lines = {row["id"] for row in rpc.find_by(_LINE, "move", moves, ("move",))}
    invoices = rpc.find_by("account.invoice", "payment_lines", sorted(lines), ("payment_lines",))
    for row in invoices:
        removed = sorted(lines & set(row["payment_lines"]))
        values = {"payment_lines": [["remove", removed]]}
        rpc.write("model.account.invoice.write", [row["id"]], values)
