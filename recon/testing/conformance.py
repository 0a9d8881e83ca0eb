"""Say whether a format keeps its contract, with one of its own files.

In: a format, a sound file and options. Out: what it read; or `NotConforming` with every complaint. Needs no test
runner: call `check_format` from a test of your own package, with each of your sample files; or let
`FormatConformance` do so, a test for each rule.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from recon.errors import PluginFailed, ReconError
from recon.frames.lines import ReadLines
from recon.ingest.detect import HEAD_BYTES
from recon.plugins import Plugins
from recon.protocols import (
    ParsedStatements,
    ReadsInPieces,
    ReadsMany,
    SourceFile,
    SourceStream,
)
from recon.testing.verdict import NotConforming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import dataframely as dy

    from recon.protocols import Format, Options

# Files of anybody else; a format that claims one of them would contest it.
FOREIGN: Final = (
    b"",
    b"\x00" * 64,
    b"\xff\xfe\x00\x01\x80\x81" * 16,
    b"Dear customer,\nyour statement is ready.\n",
    b"<!DOCTYPE html><html><body>Please log in.</body></html>\n",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
)
_DAMAGES: Final = 48
_COMPANY: Final = 6


def check_format(
    format_: Format,
    source: SourceFile,
    options: Options | None = None,
    *,
    damages: int = _DAMAGES,
) -> ParsedStatements:
    """Check one format with one sound file.

    The file must be claimed by its content, read into frames of the contract with every record counted, read
    alike a second time and under any name; cut off or damaged, it must be read by the contract or refused with
    a `ReconError`, whatever the damage.

    Args:
        format_: the format as its hook registers it.
        source: a file that it can read without a reject.
        options: the table `[formats.NAME]` of a policy.
        damages: at how many places the file is cut off, and at how many a byte is exchanged.

    Returns:
        what the format read.

    Raises:
        NotConforming: with every complaint.
    """
    given = dict(options or {})
    try:
        plugins = Plugins.for_tests([format_])
        parsed = plugins.read(format_.name, source, given)
    except ReconError as error:
        raise NotConforming(f"the sound file is not read: {error.render()}") from error
    case = Case(plugins, format_.name, source, given, parsed)
    complaints = [complaint for rule in RULES for complaint in rule(case)]
    complaints += of_damage(case, damages)
    if complaints:
        raise NotConforming("\n".join(complaints))
    return parsed


@dataclass(frozen=True, slots=True)
class Case:
    """One format with one file of its own, and what it read out of it."""

    plugins: Plugins
    name: str
    source: SourceFile
    options: dict[str, Any]
    parsed: ParsedStatements

    @property
    def target(self) -> object:
        """The format itself."""
        return next(one.target for one in self.plugins.registered if one.name == self.name)

    def read(self, data: bytes, name: str | None = None) -> ParsedStatements:
        """Read other bytes in the same way."""
        return self.plugins.read(
            self.name, SourceFile(name or self.source.name, data), self.options
        )


def of_sniffing(case: Case) -> Iterator[str]:
    """The format claims its file by content, whatever its name, and no file of anybody else."""
    plugins, source = case.plugins, case.source
    head = source.data[:HEAD_BYTES]
    for name in (source.name, "statement", "x.bin"):
        claims = plugins.sniff_all(head, name)
        yield from (failure.message for failure in claims.failures)
        if not claims.formats and not claims.failures:
            yield f"its own file is not claimed under the name {name!r}: decide by content"
    for foreign in FOREIGN:
        claims = plugins.sniff_all(foreign, source.name)
        yield from (failure.message for failure in claims.failures)
        if claims.formats:
            yield f"{case.name} claims a file that is no statement: {foreign[:30]!r}"


def of_repeating(case: Case) -> Iterator[str]:
    """The same bytes give the same frames, under any name; rejects name the file."""
    rejects = case.parsed.rejects
    wrong = rejects.filter(rejects["file"] != case.source.name)
    if not wrong.is_empty():
        yield f"{wrong.height} rejects do not name the file {case.source.name!r}"
    for name in (case.source.name, "another.name"):
        again = case.read(case.source.data, name)
        for frame in ("statements", "lines"):
            if not getattr(case.parsed, frame).equals(getattr(again, frame)):
                yield f"read again as {name!r}, the {frame} differ"


def of_balances(case: Case) -> Iterator[str]:
    """Opening balance and booked lines give the closing balance of every statement that has both."""
    lines = case.parsed.lines.filter(status="booked")
    moved = dict(lines.group_by("statement_index").agg(pl.col("amount").sum()).iter_rows())
    columns = ("statement_index", "opening_balance", "closing_balance")
    for index, opening, closing in case.parsed.statements.select(columns).iter_rows():
        known = opening is not None and closing is not None
        if known and opening + moved.get(index, 0) != closing:
            yield (
                f"statement {index} opens with {opening}, moves {moved.get(index, 0)} and closes with {closing}: "
                "a sign or a record is wrong, or the sample is"
            )


def of_raw_records(case: Case) -> Iterator[str]:
    """Each raw record lies in the file, and no two overlap unless a batch shares one."""
    placed = case.parsed.lines.drop_nulls(["byte_offset", "byte_length"]).sort("byte_offset")
    end, batch_before = 0, None
    columns = ("record", "byte_offset", "byte_length", "batch")
    for record, offset, length, batch in placed.select(columns).iter_rows():
        shared = batch is not None and batch == batch_before
        if offset + length > len(case.source.data) or (offset < end and not shared):
            yield f"record {record} is said to lie at byte {offset}, {length} bytes long"
        end, batch_before = max(end, offset + length), batch


def of_encodings(case: Case) -> Iterator[str]:
    """No amount changes when line ends or the encoding do: the file is read alike, or refused."""
    amounts = case.parsed.lines["amount"].to_list()
    for what, data in _rewritten(case.source.data):
        try:
            again = case.read(data)
        except PluginFailed as error:
            yield f"{what}: {error.message}"
        except ReconError:
            continue
        else:
            if again.lines["amount"].to_list() != amounts and again.rejects.is_empty():
                yield f"{what}: other amounts are read, and nothing is rejected"


def of_company(case: Case) -> Iterator[str]:
    """Read together with others, sound and damaged, each file says what it says alone; a format may read one by one."""
    target = case.target
    if not isinstance(target, ReadsMany):
        return
    data = case.source.data
    damaged = [*_cut(data, _COMPANY), *_exchanged(data, _COMPANY)]
    # Twice the sound file first: what stands before a damaged one could hide what it spoils.
    files = [("the file", data), ("the file again", data), *damaged, ("the file at the end", data)]
    sources = [
        SourceFile(f"{number}-{case.source.name}", one) for number, (_, one) in enumerate(files)
    ]
    answers = list(target.read_many(sources, dict(case.options)))
    if len(answers) != len(sources):
        yield f"read_many gives {len(answers)} answers for {len(sources)} files"
        return
    for (what, _), source, answer in zip(files, sources, answers, strict=True):
        if answer is not None:
            yield from _differences(case, what, source, answer)


def _differences(
    case: Case, what: str, source: SourceFile, answer: ParsedStatements, call: str = "read_many"
) -> Iterator[str]:
    """Say in what an answer of `read_many` or `read_stream` is another one than that of `read`."""
    try:
        alone = case.plugins.read(case.name, source, case.options)
    except ReconError as error:
        yield f"{what}: {call} reads what read refuses: {error.message}"
        return
    for name in ("statements", "lines", "rejects"):
        if not getattr(alone, name).equals(getattr(answer, name)):
            yield f"{what}: {call} gives other {name} than read"
    if (alone.reader, alone.findings) != (answer.reader, answer.findings):
        yield f"{what}: {call} gives another reader or other findings than read"


def of_pieces(case: Case) -> Iterator[str]:
    """Read in pieces, a file says what it says as a whole, damaged too; a format may read no file in pieces."""
    if not isinstance(case.target, ReadsInPieces):
        return
    data = case.source.data
    for what, one in (("the file", data), *_cut(data, _COMPANY), *_exchanged(data, _COMPANY)):
        source = SourceFile(case.source.name, one)
        given = SourceStream(source.name, io.BytesIO(one))
        try:
            with case.plugins.read_stream(case.name, given, case.options) as read:
                # No line at all is no block, or an empty one.
                lines = pl.concat([ReadLines.create_empty(), *read.lines])
                answer = ParsedStatements(
                    read.statements,
                    cast("dy.DataFrame[ReadLines]", lines),
                    read.rejects,
                    read.reader,
                    read.findings,
                )
        except PluginFailed as error:
            yield f"{what}: {error.message}"
        except ReconError as refused:
            yield from _refused_alike(case, what, source, refused)
        else:
            yield from _differences(case, what, source, answer, "read_stream")


def _refused_alike(case: Case, what: str, source: SourceFile, refused: ReconError) -> Iterator[str]:
    """Say that `read` does not refuse what `read_stream` refuses, or for another cause."""
    try:
        case.plugins.read(case.name, source, case.options)
    except ReconError as error:
        if error.render() != refused.render():
            yield f"{what}: read_stream refuses it for another cause: {refused.message}"
    else:
        yield f"{what}: read_stream refuses what read reads: {refused.message}"


def of_damage(case: Case, count: int) -> Iterator[str]:
    """Cut off or damaged anywhere, the file is read by the contract or refused with a `ReconError`."""
    for what, data in (*_cut(case.source.data, count), *_exchanged(case.source.data, count)):
        try:
            case.read(data)
        except PluginFailed as error:
            yield f"{what}: {error.message}"
        except ReconError:
            continue


RULES: Final = (
    of_sniffing,
    of_repeating,
    of_balances,
    of_raw_records,
    of_encodings,
    of_company,
    of_pieces,
)


def _rewritten(data: bytes) -> Iterator[tuple[str, bytes]]:
    plain = data.replace(b"\r\n", b"\n")
    yield "with CR LF line ends", plain.replace(b"\n", b"\r\n")
    yield "with LF line ends", plain
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if not text.startswith("\ufeff"):
        yield "with a byte order mark", b"\xef\xbb\xbf" + data
    yield "in UTF-16", text.encode("utf-16")
    try:
        yield "in Latin-1", text.encode("latin-1")
    except UnicodeEncodeError:
        return


def _cut(data: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    for end in _places(len(data), count):
        yield f"cut off after {end} bytes", data[:end]


def _exchanged(data: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    for number, at in enumerate(_places(len(data), count)):
        wrong = b"\x00\xff9,\n"[number % 5 : number % 5 + 1]
        yield f"byte {at} is {wrong!r}", data[:at] + wrong + data[at + 1 :]


def _places(length: int, count: int) -> list[int]:
    """Spread places over the file, the first and last bytes among them."""
    return sorted({length * step // count for step in range(count)} | {max(length - 1, 0)})
