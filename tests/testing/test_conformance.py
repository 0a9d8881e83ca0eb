"""The conformance kit passes our own formats, and finds each way of breaking the contract."""

from __future__ import annotations

import dataclasses
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl
import pytest

from recon.api import (
    MalformedFile,
    Place,
    Rejects,
    SourceFile,
    SourceStream,
    StreamedStatements,
)
from recon.testing import NotConforming
from recon.testing.conformance import check_format
from recon_camt.plugin import Camt
from recon_csv.plugin import CsvFormat
from recon_mt940.plugin import Mt940
from recon_ofx.plugin import Ofx
from tests.docs.calling import ROOT
from tests.run.quiet import WordFormat

if TYPE_CHECKING:
    from pathlib import Path

    from recon.api import Format

STATEMENTS = ROOT / "fixtures" / "statements"
DEMO = ROOT / "fixtures" / "demo" / "statements"
SOUND = SourceFile("toy.txt", b"TOY 100 -250 7\n")


def samples() -> list[tuple[Format, Path]]:
    """Our own fixtures; those that show rejected records are no sound files."""
    return [
        (format_, path)
        for format_, paths in (
            (Mt940(), (STATEMENTS / "mt940").glob("*.sta")),
            (Ofx(), (STATEMENTS / "ofx").glob("*.ofx")),
            (Camt(), (STATEMENTS / "camt").glob("*.xml")),
            (CsvFormat(), DEMO.glob("*.csv")),
        )
        for path in sorted(paths)
        if "rejected" not in path.name
    ]


@pytest.mark.parametrize(
    ("format_", "path"), samples(), ids=lambda value: getattr(value, "name", "")
)
def test_our_formats_keep_the_contract_on_sound_cut_and_damaged_files(format_, path):
    options = {"account": "GB33BUKB20201555555555"} if format_.name == "csv" else {}
    parsed = check_format(format_, SourceFile(path.name, path.read_bytes()), options, damages=4)

    assert parsed.lines.height > 0 or "investment" in path.name
    assert parsed.rejects.is_empty()


class Toy(WordFormat):
    """A format that refuses what is no text."""

    def read(self, source, options):
        try:
            return super().read(source, options)
        except UnicodeDecodeError:
            raise MalformedFile("no text", place=Place(source.name)) from None


def test_a_sound_format_is_passed():
    assert check_format(Toy("toy", b"TOY"), SOUND).lines["amount"].to_list() == [100, -250, 7]


class ByName(Toy):
    def sniff(self, head, file_name):
        return file_name.endswith(".txt")


class ClaimsAll(Toy):
    def sniff(self, head, file_name):
        return True


class SniffRaises(Toy):
    def sniff(self, head, file_name):
        return head[0] == ord("T")


class Fickle(Toy):
    reads = 0

    def read(self, source, options):
        self.reads += 1
        parsed = super().read(source, options)
        return (
            dataclasses.replace(
                parsed, lines=parsed.lines.with_columns(remittance=parsed.lines["remittance"] + "!")
            )
            if self.reads > 1
            else parsed
        )


class LosesALine(Toy):
    def read(self, source, options):
        parsed = super().read(source, options)
        return dataclasses.replace(parsed, lines=parsed.lines.head(2))


class Trusting(Toy):
    """Believes that every word is a number."""

    def read(self, source, options):
        try:
            return super().read(source, options)
        except MalformedFile as error:
            raise ValueError(error.message) from None


class NamesAnotherFile(Toy):
    def read(self, source, options):
        parsed = super().read(source, options)
        row = dict.fromkeys(Rejects.column_names()) | {"file": "x", "code": "c", "reason": "r"}
        rejects = Rejects.validate(pl.DataFrame([row], schema=Rejects.create_empty().schema))
        return dataclasses.replace(parsed, rejects=rejects)


class Together(Toy):
    """Reads many files one by one, and spoils what the subclass spoils."""

    def read_many(self, sources, options):
        return [self.spoilt(one, options) for one in sources]

    def spoilt(self, source, options):
        try:
            return self.read(source, options)
        except MalformedFile:
            return None


class ForgetsOne(Together):
    def read_many(self, sources, options):
        return super().read_many(sources, options)[1:]


class ReadsWhatIsRefused(Together):
    def spoilt(self, source, options):
        return super().spoilt(source, options) or super().read(SOUND, options)


class MixesAmounts(Together):
    def spoilt(self, source, options):
        parsed = super().spoilt(source, options)
        return parsed and dataclasses.replace(parsed, lines=parsed.lines.reverse())


class RemarksOnCompany(Together):
    def spoilt(self, source, options):
        parsed = super().spoilt(source, options)
        return parsed and dataclasses.replace(parsed, findings=("it came with others",))


class InPieces(Toy):
    """Reads in blocks of two lines, and spoils what the subclass spoils."""

    @contextmanager
    def read_stream(self, source, options):
        parsed = self.read(SourceFile(source.name, source.file.read()), options)
        blocks = self.spoilt(list(parsed.lines.iter_slices(2)))
        yield StreamedStatements(
            parsed.statements, iter(blocks), parsed.rejects, parsed.reader, self.said(parsed)
        )

    def spoilt(self, blocks):
        return blocks

    def said(self, parsed):
        return parsed.findings


class LosesABlock(InPieces):
    def spoilt(self, blocks):
        return blocks[1:]


class MixesBlocks(InPieces):
    def spoilt(self, blocks):
        return blocks[::-1]


class ChangesInPieces(InPieces):
    def spoilt(self, blocks):
        return [block.with_columns(remittance=pl.lit("x")) for block in blocks]


class RemarksOnPieces(InPieces):
    def said(self, parsed):
        return ("it came in pieces",)


class RefusesPieces(InPieces):
    def spoilt(self, blocks):
        raise MalformedFile("too many pieces")


class ReadsWrecks(InPieces):
    def read_stream(self, source, options):
        try:
            self.read(SourceFile(source.name, source.file.read()), options)
        except MalformedFile:
            source = SourceStream(source.name, io.BytesIO(SOUND.data))
        source.file.seek(0)
        return super().read_stream(source, options)


class RefusesInOtherWords(InPieces):
    @contextmanager
    def read_stream(self, source, options):
        try:
            with super().read_stream(source, options) as read:
                yield read
        except MalformedFile:
            raise MalformedFile("no") from None


def test_a_format_that_reads_in_pieces_as_a_whole_is_passed():
    assert check_format(InPieces("toy", b"TOY"), SOUND).lines.height == 3


def test_a_format_that_reads_together_as_alone_is_passed():
    assert check_format(Together("toy", b"TOY"), SOUND).lines.height == 3


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ForgetsOne, "read_many gives [0-9]+ answers for"),
        (ReadsWhatIsRefused, "read_many reads what read refuses"),
        (MixesAmounts, "read_many gives other lines than read"),
        (RemarksOnCompany, "other findings than read"),
        (LosesABlock, "3 records counted, but 1 lines and 0 rejects"),
        (MixesBlocks, "records that do not ascend"),
        (ChangesInPieces, "read_stream gives other lines than read"),
        (RemarksOnPieces, "read_stream gives another reader or other findings"),
        (RefusesPieces, "read_stream refuses what read reads: too many pieces"),
        (ReadsWrecks, "read_stream reads what read refuses"),
        (RefusesInOtherWords, "read_stream refuses it for another cause: no"),
        (ByName, "decide by content"),
        (ClaimsAll, "claims a file that is no statement"),
        (SniffRaises, "IndexError"),
        (Fickle, "the lines differ"),
        (LosesALine, "3 records counted, but 2 lines"),
        (Trusting, "ValueError"),
        (NamesAnotherFile, "do not name the file"),
    ],
)
def test_a_format_that_breaks_its_contract_is_told_how(kind, said):
    with pytest.raises(NotConforming, match=said):
        check_format(kind("toy", b"TOY"), SOUND)


def test_all_complaints_are_told_at_once():
    class Bad(ClaimsAll, Trusting):
        pass

    with pytest.raises(NotConforming) as caught:
        check_format(Bad("toy", b"TOY"), SOUND)

    assert "no statement" in str(caught.value)
    assert "byte" in str(caught.value)
