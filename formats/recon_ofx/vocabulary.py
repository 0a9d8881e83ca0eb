"""The tags of OFX that decide how a file is read, and the numbers that tags have in frames.

In: tag names as they come. Out: small integers, the same for one name throughout a file.

Source: OFX 1.6 section 2.3 (SGML) and OFX 2.1.1 sections 2.3 and 11.4 (XML, statement download).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import MalformedFile, Place

TAG_LIMIT: Final = 10_000

# What a token is: its number is `tag * 4 + kind`.
OPEN, END, EMPTY = range(3)
KINDS: Final = 4
# An end tag or a start tag, the latter with attributes at most as XML name spaces have them; without `<` and `>`.
TAG: Final = r'(/?)([A-Za-z][A-Za-z0-9_.]*)(?:[ \t\r\n]+[A-Za-z0-9_:.-]+="[^"<>]*")*[ \t\r\n]*(/?)'

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


class Tags:
    """The numbers of the tags of one file; grows as tags are met.

    TRANSACTIONS have the first numbers, OUTER the next, so that a comparison tells what a tag is.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.names: list[str] = []
        self.ids: dict[str, int] = {}
        self._raw = pl.Enum([])
        self._codes = pl.Series("code", [], dtype=pl.UInt32)
        for name in (*TRANSACTIONS, *OUTER, *INNER, *VALUES, "PAYEE", "EXTDPAYEE"):
            self._number(name)

    def id(self, name: str) -> int:
        """Give the number of a known tag."""
        return self.ids[name]

    def several(self, names: tuple[str, ...]) -> pl.Series:
        """Give the numbers of known tags."""
        return pl.Series([self.ids[name] for name in names], dtype=pl.UInt32)

    def codes(self, raw: pl.Series) -> pl.Series:
        """Give `tag * KINDS + kind` for what stands between `<` and `>`; null where that is no tag.

        Raises:
            MalformedFile: the file has more than TAG_LIMIT different tags.
        """
        codes = self._looked_up(raw)
        if codes.null_count():
            self._learn(raw.filter(codes.is_null()).drop_nulls().unique())
            codes = self._looked_up(raw)
        return codes

    def _looked_up(self, raw: pl.Series) -> pl.Series:
        return self._codes.gather(raw.cast(self._raw, strict=False).to_physical())

    def _learn(self, raw: pl.Series) -> None:
        parts = raw.to_frame("raw").select(
            "raw", pl.col("raw").str.extract_groups(f"^{TAG}$").alias("parts")
        ).unnest("parts")  # fmt: skip
        known = parts.filter(pl.col("2").is_not_null()).with_columns(pl.col("2").str.to_uppercase())
        names = known["2"].unique().sort()
        if len(self.names) + len(names) > TAG_LIMIT:
            message = f"the file has more than {TAG_LIMIT:,} different tags"
            raise MalformedFile(message, place=Place(self.file))
        numbers = [self._number(name) for name in names]
        tag = pl.col("2").replace_strict(names, numbers, return_dtype=pl.UInt32)
        kind = pl.when(pl.col("1") == "/").then(END).when(pl.col("3") == "/").then(EMPTY)
        codes = known.select(tag * KINDS + kind.otherwise(OPEN).cast(pl.UInt32)).to_series()
        self._raw = pl.Enum([*self._raw.categories, *known["raw"]])
        self._codes = pl.concat([self._codes, codes.alias("code")])

    def _number(self, name: str) -> int:
        if name not in self.ids:
            self.ids[name] = len(self.names)
            self.names.append(name)
        return self.ids[name]
