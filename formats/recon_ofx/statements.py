"""Read what stands around the transactions: the statements with their account, currency and balance, and errors.

In: the tree. Out: rows of ReadStatements but for what depends on all amounts of the file, and rejects.

Source: OFX 2.1.1 section 11.4.2 (statement response) and 11.3 (accounts), 3.1.5 (status).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.api import MalformedFile, Place
from recon_ofx.vocabulary import RESPONSES, STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_ofx.structure import Node
    from recon_ofx.text import Text

# The code of ISO 4217 for no currency: no amount can be in it, so every record of such a statement is rejected.
_ACCOUNTS: Final = ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM")
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)
_TRANSACTION: Final = re.compile(rb"<STMTTRNP?(?=[\s/>])", re.IGNORECASE)
# What has columns of its own, and what is no matter of cash.
_NOT_EXTRA: Final = frozenset(
    [
        "CURDEF", "LEDGERBAL", "ACCTID", "STMTTRN", "INVBANKTRAN", "INVPOSLIST", "INVOOLIST",
        "INV401K", "INV401KBAL",
    ]
)  # fmt: skip
_NO_TRADES: Final = frozenset({"INVBANKTRAN", "DTSTART", "DTEND"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: the numbers of its transactions, and what it says of itself."""

    node: Node
    currency: str | None
    balance: Node | None

    @property
    def balance_text(self) -> str | None:
        """The closing balance as written, None without one."""
        return self.balance.value("BALAMT") if self.balance else None


def find_statements(root: Node, text: Text, transactions: int) -> list[Statement]:
    """Find the statements and check that all transactions stand in one of them.

    Raises:
        MalformedFile: a transaction stands outside.
    """
    nodes = list(root.find_all(*STATEMENTS))
    within = sum(node.last - node.first for node in nodes)
    if within != transactions:
        message = f"{transactions - within} transactions stand outside any statement"
        raise MalformedFile(message, place=Place(text.file))
    return [Statement(node, _currency(node), node.child("LEDGERBAL")) for node in nodes]


def _currency(node: Node) -> str | None:
    found = node.value("CURDEF") or ""
    return found.upper() if _CURRENCY.fullmatch(found) else None


def count_transactions(text: Text, node: Node) -> int:
    """Count the start tags of transactions in the bytes of a statement: a count that owes nothing to the parser."""
    begin, end = node.offset, node.end
    exact = text.data.count(b"<STMTTRN>", begin, end)
    if exact == node.last - node.first:
        return exact
    # Pending ones, small letters or blanks in a tag: the slower count.
    return sum(1 for _ in _TRANSACTION.finditer(text.data, begin, end))


def error_responses(root: Node, text: Text) -> Iterator[dict[str, Any]]:
    """Give what the bank answered with an error: a statement asked for and not delivered is no empty one.

    Raises:
        MalformedFile: the bank refused the sign-on, so that there is nothing to read.
    """
    for response in root.find_all(*RESPONSES):
        status = response.child("STATUS")
        code = (status.value("CODE") or "0") if status else "0"
        if status and code.strip("0") and (status.value("SEVERITY") or "ERROR").upper() == "ERROR":
            said = status.value("MESSAGE") or "no message"
            reason = f"the bank answered with error {code}: {said}"
            if response.name == "SONRS":
                raise MalformedFile(reason, place=text.place(status.offset))
            yield {
                "file": text.file,
                "line_number": text.place(status.offset).line,
                "field": "STATUS",
                "code": "error-response",
                "reason": reason,
                "excerpt": text.excerpt(status.offset),
            }


def account(node: Node) -> str:
    """Give the account as the bank wrote it, without blanks; '' if it is not said."""
    found = node.child(*_ACCOUNTS)
    return "".join(((found and found.value("ACCTID")) or "").split())


def extras(node: Node, written: str | None = None) -> str | None:
    """Collect what the statement says beyond its columns: available balance, period, bank and branch.

    Args:
        node: the statement.
        written: its balance, where that was not read digit for digit.
    """
    said = {"LEDGERBAL.BALAMT": written} if written else {}
    pending = [(child, "") for child in reversed(node.children)]
    while pending:
        part, path = pending.pop()
        if part.name in _NOT_EXTRA or path.count(".") > 2:
            continue
        name = f"{path}{part.name}"
        if part.text:
            said[name] = f"{said[name]} {part.text}" if name in said else part.text
        if part.name != "INVTRANLIST":
            pending += [(child, f"{name}.") for child in reversed(part.children)]
    balance = node.child("LEDGERBAL")
    if balance and (time := balance.value("DTASOF")) and len(time) > 8:
        said["LEDGERBAL.DTASOF"] = time
    return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None


def dialect(text: Text) -> str:
    """Name the variant of OFX: sgml or xml and its version, `no header` where the file has none."""
    header = text.header
    version = re.search(r"VERSION\s*[:=]\s*[\"']?\s*([0-9]{3})", header.replace("HEADER", "", 1))
    if "<?" in header:
        return f"xml {version[1]}" if version else "xml"
    if version:
        return f"sgml {version[1]}"
    return "sgml" if header.strip("\ufeff\u00ef\u00bb\u00bf \r\n\t") else "no header"


def skipped(index: int, node: Node) -> list[str]:
    """Say what of a statement is no cash line: trades in securities."""
    trades = sum(
        child.name not in _NO_TRADES
        for listed in node.find_all("INVTRANLIST")
        for child in listed.children
    )
    return (
        [f"statement {index + 1}: {trades} securities transactions are not read"] if trades else []
    )
