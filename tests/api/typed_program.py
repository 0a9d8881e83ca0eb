"""What an editor says of `recon.daily` to the author of a program: `make types` holds each `assert_type` against the code."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_type

from recon.daily import (
    DailyResult,
    Difference,
    Part,
    Posted,
    Recorded,
    WorkspaceDesk,
    open_workspace,
)


def work(folder: str) -> None:
    """Do a day; nobody calls this."""
    with open_workspace(folder, user="anna") as desk:
        assert_type(desk, WorkspaceDesk)
        assert_type(desk.run(), DailyResult)
        assert_type(desk.accept("Lq7d2", comment="agreed"), Recorded)
        assert_type(desk.accept_all(Decimal("0.99")), tuple[list[Recorded], dict[str, str]])
        assert_type(desk.split("Lq7d2", [Part(kind="payment", item_id="1", amount=5)]), Recorded)
        assert_type(desk.undo(12, comment="wrong"), str)
        assert_type(desk.approve(12), bool)
        assert_type(desk.post("erp"), Posted)
        assert_type(desk.compare("erp"), Difference)
        assert_type(desk.accept("L").approvals_needed, int)
