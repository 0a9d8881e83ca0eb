from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon import errors
from recon.errors import MalformedFile, Place, ReconError, clip, printable

CLASSES = [
    one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ReconError)
]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.sta"), "a.sta"),
        (Place("a.sta", 14), "a.sta:14"),
        (Place("a.sta", 14, 17), "a.sta:14:17"),
    ],
)
def test_a_place_is_written_as_editors_open_it(place, text):
    assert str(place) == text


def test_an_error_shows_place_excerpt_message_and_hint():
    error = MalformedFile(
        "amount has a thousands mark",
        place=Place("a.sta", 14, 17),
        excerpt=":61:2601150115C1.234,56",
        hint="ask the bank",
    )

    assert error.render() == (
        "error[malformed-file] a.sta:14:17\n"
        "  14 | :61:2601150115C1.234,56\n"
        "  amount has a thousands mark\n"
        "hint: ask the bank"
    )
    assert str(error) == "amount has a thousands mark"


@pytest.mark.parametrize("cause", CLASSES, ids=lambda cause: cause.__name__)
def test_every_cause_has_its_own_code_a_default_message_and_an_exit_code(cause):
    assert cause().message.endswith(".")
    assert cause.exit_code in range(1, 6)
    assert [one for one in CLASSES if one.code == cause.code] == [cause]


@given(st.text(max_size=300))
def test_no_input_can_drive_a_terminal_or_fill_it(text):
    shown = MalformedFile(text, place=Place("a.sta", 1), excerpt=text, hint="h").render()

    assert all(character.isprintable() or character == "\n" for character in shown)
    assert len(clip(text)) <= 120
    assert "\n" not in clip(text)


def test_control_and_turning_characters_are_shown_as_escapes():
    assert printable("a\x1b[2Jb\u202ec\x00") == "a\\x1b[2Jb\\u202ec\\x00"


def test_a_message_never_carries_a_whole_field_of_a_hostile_file():
    error = MalformedFile(f"no currency: {'x' * 100_000}", hint="y" * 100_000)

    assert len(error.message) == len(error.hint) == 4_000
    assert len(error.render()) < 8_200
    assert error.message.endswith("…")
