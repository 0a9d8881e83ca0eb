"""Many small files read as one: each says what it says alone, and only the unusual is read by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recon.api import ConfigurationError, SourceFile
from recon_mt940.plugin import Mt940
from tests.corpus_index import ROOT
from tests.formats.together import check_together

FOLDER = ROOT / "fixtures" / "statements" / "mt940"
FILES = [SourceFile(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.sta"))]
HEAD = ":20:X\r\n:25:DE02100100100109307118\r\n:28C:1/1\r\n:60F:C260301EUR0,00\r\n"
TAIL = ":62F:C260302EUR1,00\r\n"


def entry(amount: str = "1,00", text: str = "INV 1001") -> str:
    return f":61:2603020302C{amount}NTRFNONREF//7\r\n:86:{text}\r\n"


def plain(name: str, *entries: str, head: str = HEAD, tail: str = TAIL) -> SourceFile:
    return SourceFile(name, (head + "".join(entries or (entry(),)) + tail).encode())


def test_our_fixtures_say_together_what_they_say_alone() -> None:
    together = check_together(Mt940(), FILES)

    assert sum(together) >= len(FILES) // 2


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_files_changes_nothing(seed: int) -> None:
    files = [*FILES, plain("a.sta"), plain("b.sta", entry("2,00"), tail="")] * 2
    files = [files[at] for at in np.random.default_rng(seed).permutation(len(files)).tolist()]

    assert any(check_together(Mt940(), files))


ODD: dict[str, SourceFile] = {
    "no end": plain("open.sta", tail=""),
    "an end of totals alone": plain("totals.sta", tail=":90C:1EUR1,00\r\n"),
    "an end before the last entry": plain("early.sta", tail="-\r\n" + entry()),
    "totals before the last entry": plain("before.sta", entry(), ":90C:2EUR2,00\r\n", entry(), tail=""),
    "an entry behind the end": plain("behind.sta", tail=TAIL + entry()),
    "no account": plain("account.sta", head=HEAD.replace(":25:", ":21:")),
    "no opening balance": plain("opening.sta", head=HEAD.split(":60F:", maxsplit=1)[0]),
    "two closing balances": plain("double.sta", tail=TAIL * 2),
    "a balance that is none": plain("balance.sta", tail=TAIL.replace("1,00", "1.2.3")),
    "no amount": plain("amount.sta", entry("1.000,00,0")),
    "no value date": plain("value.sta", entry().replace("2603020302", "2602310302")),
    "no known currency": plain("currency.sta", head=HEAD.replace("EUR", "XQQ"), tail=TAIL.replace("EUR", "XQQ")),
    "another field first": plain("first.sta", head=HEAD.replace(":20:X\r\n", "")),
    "a long line": plain("long.sta", entry(text="x" * 5_000)),
    "an interim report without totals": plain(
        "interim.sta", head=":20:X\r\n:25:DE02\r\n:28C:1\r\n:34F:EUR0,00\r\n", tail="-\r\n"
    ),
    "control characters": plain("control.sta", entry(text="a\x07b")),
    "no field": SourceFile("words.sta", b"good morning\r\n"),
    "empty": SourceFile("empty.sta", b""),
    "wide letters": SourceFile("wide.sta", plain("x").data.decode().encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_file_takes_no_other_along(odd: SourceFile) -> None:
    together = check_together(Mt940(), [plain("a.sta"), odd, plain("b.sta"), plain("c.sta")])

    # Whatever is refused as a whole parts the group, and one alone gains nothing by company.
    assert together[0] or together[2]
    assert together[3]


@pytest.mark.parametrize("name", ODD)
def test_two_odd_files_beside_each_other_say_what_they_say_alone(name: str) -> None:
    check_together(Mt940(), [ODD[name], ODD[name], plain("a.sta"), ODD[name], plain("b.sta")])


TOLD: dict[str, SourceFile] = {
    "odd text": plain("text.sta", entry(text="a\r\n-99 b\r\n:xx: c")),
    "text before it": plain("before.sta", head="Good morning\r\nand more\r\n" + HEAD),
    "an envelope": plain("swift.sta", head="{1:F01BANKDEFFAXXX0}{2:O940}{4:\r\n" + HEAD, tail=TAIL + "-}\r\n"),
    "a note behind the end": plain("note.sta", tail=TAIL + ":86:a note\r\nof two lines"),
    "no last line feed": plain("feed.sta", tail=TAIL.rstrip()),
    "lines of one byte": SourceFile("lf.sta", plain("x").data.replace(b"\r\n", b"\n")),
    "another encoding": SourceFile("latin.sta", plain("x", entry(text="Müller")).data.decode().encode("cp1252")),
    "letters of two bytes": plain("utf8.sta", entry(text="Müller")),
    "a byte order mark": SourceFile("mark.sta", b"\xef\xbb\xbf" + plain("x").data),
    "several statements": SourceFile("two.sta", plain("x").data * 2),
    "quotes": plain("quotes.sta", entry(text='?00"x"\\?20a'), tail=TAIL + ':86:"a" \\ b\r\n'),
}  # fmt: skip


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_what_is_told_of_a_file_is_told_of_it_in_company_too(told: SourceFile) -> None:
    files = [plain("a.sta"), told, told, plain("b.sta", entry("2,00"))]
    together = check_together(Mt940(), files)

    # Files of two encodings are two groups.
    assert together[1:3] == [True, True]


@pytest.mark.parametrize("head", ["{1:F01BANKDEFFAXXX0}{2:O940}{4:\r\n", "-\r\n", "-}\r\n\r\n"])
def test_how_a_file_begins_proves_nothing_of_the_one_before_it(head: str) -> None:
    files = [
        plain("open.sta", tail=TAIL.replace(":62F:", ":64:")),
        plain("a.sta", head=head + HEAD),
        plain("b.sta"),
    ]

    assert check_together(Mt940(), files) == [False, True, True]


def test_totals_that_do_not_agree_are_told_of_their_own_file() -> None:
    wrong = plain("wrong.sta", tail=":90C:7EUR7,00\r\n" + TAIL)
    right = plain("right.sta", tail=":90C:1EUR1,00\r\n" + TAIL)

    assert check_together(Mt940(), [right, wrong, right]) == [True, False, True]


def test_large_files_are_read_by_themselves() -> None:
    large = plain("large.sta", *[entry()] * 25_000)

    assert len(large.data) > 1 << 20
    assert check_together(Mt940(), [plain("a.sta"), large, plain("b.sta")]) == [True, False, True]


@pytest.mark.parametrize(
    "options",
    [
        {"closing_balance": "optional"},
        {"account": "DE99", "currency": "EUR"},
        {"encoding": "cp1252"},
        {"encoding": "cp852"},
    ],
)
def test_options_hold_in_company(options: dict[str, Any]) -> None:
    check_together(Mt940(), [*FILES, *ODD.values(), *TOLD.values()], options)


def test_a_wrong_option_is_told() -> None:
    with pytest.raises(ConfigurationError):
        Mt940().read_many([plain("a.sta"), plain("b.sta")], {"currencies": "EUR"})
