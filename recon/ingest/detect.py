"""Choose the format of a file out of the formats that claim it: exactly one, or an error that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon.errors import ContestedFile, MalformedFile, Place, UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a format may look at to recognise a file.
HEAD_BYTES: Final = 64 * 1024


def choose_format(claims: Sequence[str], known: Sequence[str], file_name: str, head: bytes) -> str:
    """Give the one format that claims the file.

    Args:
        claims: names of the formats whose `sniff` said yes.
        known: names of all installed formats, for the message.
        file_name: the file as the user named it.
        head: the first bytes of the file.

    Raises:
        MalformedFile: the file is empty.
        UnknownFormat: no format claims it.
        ContestedFile: two or more formats claim it; the order of plugins must never decide.
    """
    place = Place(file_name)
    if not head.strip(b"\x00\t\n\r \xef\xbb\xbf"):
        raise MalformedFile(
            "the file is empty", place=place, hint="ask the bank for the file again"
        )
    if not claims:
        raise UnknownFormat(
            f"none of the installed formats ({', '.join(sorted(known))}) recognises this file",
            place=place,
            excerpt=head[:200].decode("utf-8", "replace").strip(),
            hint="`recon plugins` lists the formats; a CSV layout can be declared under [formats.csv.profiles]",
        )
    if len(claims) > 1:
        raise ContestedFile(
            f"the formats {' and '.join(sorted(claims))} both claim this file",
            place=place,
            hint="remove one of the two plugins, or report the file to their authors",
        )
    return claims[0]
