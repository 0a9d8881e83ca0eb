"""Say whether a format keeps its contract, with one of its own files.

In: a format, a sound file and options. Out: what it read; or `NotConforming` with every complaint. Needs no test
runner: call `check_format` from a test of your own package, with each of your sample files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.errors import PluginFailed, ReconError
from recon.ingest.detect import HEAD_BYTES
from recon.plugins import Plugins
from recon.protocols import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from recon.protocols import Format, Options, ParsedStatements

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


class NotConforming(AssertionError):
    """A plugin does not keep its contract; the message lists every complaint."""


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
    complaints = [
        *_of_sniffing(plugins, format_, source),
        *_of_repeating(plugins, format_, source, given, parsed),
        *_of_damage(plugins, format_, source, given, damages),
    ]
    if complaints:
        raise NotConforming("\n".join(complaints))
    return parsed


def _of_sniffing(plugins: Plugins, format_: Format, source: SourceFile) -> Iterator[str]:
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
            yield f"{format_.name} claims a file that is no statement: {foreign[:30]!r}"


def _of_repeating(
    plugins: Plugins,
    format_: Format,
    source: SourceFile,
    options: dict[str, Any],
    parsed: ParsedStatements,
) -> Iterator[str]:
    wrong = parsed.rejects.filter(parsed.rejects["file"] != source.name)
    if not wrong.is_empty():
        yield f"{wrong.height} rejects do not name the file {source.name!r}"
    for name in (source.name, "another.name"):
        again = plugins.read(format_.name, SourceFile(name, source.data), options)
        for frame in ("statements", "lines"):
            if not getattr(parsed, frame).equals(getattr(again, frame)):
                yield f"read again as {name!r}, the {frame} differ"


def _of_damage(
    plugins: Plugins, format_: Format, source: SourceFile, options: dict[str, Any], count: int
) -> Iterator[str]:
    for what, data in (*_cut(source.data, count), *_exchanged(source.data, count)):
        try:
            plugins.read(format_.name, SourceFile(source.name, data), options)
        except PluginFailed as error:
            yield f"{what}: {error.message}"
        except ReconError:
            continue


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
