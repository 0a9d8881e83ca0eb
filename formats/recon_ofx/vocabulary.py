"""The tags of OFX that decide how a file is read, and the numbers that tags have in frames.

In: tag names as they come. Out: small integers, the same for one name throughout a file.

Source: OFX 1.6 section 2.3 (SGML) and OFX 2.1.1 sections 2.3 and 11.4 (XML, statement download).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import MalformedFile, Place

if TYPE_CHECKING:
    import numpy.typing as npt

TAG_LIMIT: Final = 10_000

# What a token is: its number is `tag * 4 + kind`.
OPEN, END, EMPTY = range(3)
KINDS: Final = 4
KEY_BYTES: Final = 8  # a name of so many is looked up as a number
# A name, with attributes at most as XML name spaces have them, and the mark of an empty tag; without `<`, `/` and `>`.
TAG: Final = r'([A-Za-z][A-Za-z0-9_.]*)(?:[ \t\r\n]+[A-Za-z0-9_:.-]+="[^"<>]*")*[ \t\r\n]*(/?)'

TRANSACTIONS: Final = ("STMTTRN", "STMTTRNP")
STATEMENTS: Final = ("STMTRS", "CCSTMTRS", "INVSTMTRS")
RESPONSES: Final = ("STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS", "SONRS")
# Aggregates around transactions: each must be opened and closed in order, and none stands in a transaction.
OUTER: Final = (
    "OFX", "SIGNONMSGSRSV1", "SONRS", "STATUS", "FI", "BANKMSGSRSV1", "CREDITCARDMSGSRSV1",
    "INVSTMTMSGSRSV1", *RESPONSES[:3], *STATEMENTS, "BANKACCTFROM", "CCACCTFROM", "INVACCTFROM",
    "BANKTRANLIST", "BANKTRANLISTP", "INVTRANLIST", "INVBANKTRAN", "LEDGERBAL", "AVAILBAL",
    "BALLIST", "BAL",
)  # fmt: skip
# Aggregates in a transaction that must be closed there.
INNER: Final = ("BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY")
# Values: they end at the next tag, whatever else the file closes.
VALUES: Final = (
    "CODE", "SEVERITY", "MESSAGE", "CURDEF", "ACCTID", "BANKID", "BRANCHID", "ACCTTYPE", "ACCTKEY",
    "BROKERID", "TRNTYPE", "DTPOSTED", "DTTRAN", "DTUSER", "DTAVAIL", "TRNAMT", "FITID",
    "CORRECTFITID", "CORRECTACTION", "SRVRTID", "CHECKNUM", "CHKNUM", "REFNUM", "SIC", "PAYEEID",
    "NAME", "EXTDNAME", "MEMO", "CURSYM", "CURRATE", "BALAMT", "DTASOF", "DTSTART", "DTEND",
    "TRNUID", "DTSERVER", "LANGUAGE", "ORG", "FID",
)  # fmt: skip

_TAG: Final = re.compile(TAG)
_FIRST_VALUE: Final = len(TRANSACTIONS) + len(OUTER) + len(INNER)


def is_value_tag(tag: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Say which tags are VALUES."""
    return (tag >= _FIRST_VALUE) & (tag < _FIRST_VALUE + len(VALUES))


def is_leaf_tag(tag: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Say which tags stand for a value wherever one follows them: VALUES, and all that OFX gives no structure."""
    return tag >= _FIRST_VALUE


class Tags:
    """The numbers of the tags of one file; grows as tags are met.

    TRANSACTIONS have the first numbers, OUTER, INNER and VALUES the next, so that a comparison tells what a tag is.
    """

    NONE: Final = 2**32 - 1

    def __init__(self, file: str) -> None:
        self.file = file
        self.names: list[str] = []
        self.ids: dict[str, int] = {}
        self._known: dict[str, int] = {}
        for name in (*TRANSACTIONS, *OUTER, *INNER, *VALUES, "PAYEE", "EXTDPAYEE"):
            self._known[name] = self._number(name) * KINDS + OPEN
        self._index()

    def id(self, name: str) -> int:
        """Give the number of a known tag."""
        return self.ids[name]

    def several(self, names: tuple[str, ...]) -> pl.Series:
        """Give the numbers of known tags."""
        return pl.Series([self.ids[name] for name in names], dtype=pl.UInt32)

    def short_codes(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
        """Give `tag * KINDS + kind` for names of at most eight bytes, as numbers; NONE where one was not met yet."""
        at = np.searchsorted(self._keys[:-1], keys)
        return np.where(self._keys[at] == keys, self._key_codes[at], np.uint32(self.NONE))

    def codes(self, raw: pl.Series) -> pl.Series:
        """Give `tag * KINDS + kind` (OPEN or EMPTY) for what stands in a tag, behind a `/`; null where that is no tag.

        Raises:
            MalformedFile: the file has more than TAG_LIMIT different tags.
        """
        codes = self._looked_up(raw)
        if codes.null_count():
            self._learn(raw.filter(codes.is_null()).unique())
            codes = self._looked_up(raw)
        return codes

    def _looked_up(self, raw: pl.Series) -> pl.Series:
        return self._codes.gather(raw.cast(self._raw, strict=False).to_physical())

    def _learn(self, raw: pl.Series) -> None:
        """Learn all names that are some, in the order of the alphabet."""
        found = [(part, tag) for part in raw.sort() if (tag := _TAG.fullmatch(part))]
        if len(self._known) + len(found) > TAG_LIMIT:
            message = f"the file has more than {TAG_LIMIT:,} different tags"
            raise MalformedFile(message, place=Place(self.file))
        for part, tag in found:
            kind = EMPTY if tag[2] else OPEN
            self._known[part] = self._number(tag[1].upper()) * KINDS + kind
        self._index()

    def _index(self) -> None:
        """Build the tables that names are looked up in."""
        self._raw = pl.Enum(list(self._known))
        self._codes = pl.Series("code", list(self._known.values()), dtype=pl.UInt32)
        short = sorted(
            (int.from_bytes(name.encode(), "little"), code)
            for name, code in self._known.items()
            if len(name.encode()) <= KEY_BYTES
        )
        # No name has the last key, which is there for what is beyond all others.
        self._keys = np.array([key for key, _ in short] + [0], np.uint64)
        self._key_codes = np.array([code for _, code in short] + [self.NONE], np.uint32)

    def _number(self, name: str) -> int:
        if name not in self.ids:
            self.ids[name] = len(self.names)
            self.names.append(name)
        return self.ids[name]
