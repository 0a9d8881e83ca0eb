"""Rules of names whose words are all common: two or three words together find the few customers that have them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.config import Policy
from recon.match.evidence.beginnings import pairs_by_beginnings
from recon.run.matching import match_lines
from tests.scenarios.build import inputs_of, items_frame, lines_frame

SURNAMES = ("Peters", "Fischer", "Weber", "Krueger", "Hoffmann", "Lehmann", "Schuster")
TRADES = ("Lueftungsbau", "Malerbetrieb", "Feinmechanik", "Umwelttechnik", "Druckerei", "Textil")
TOWNS = ("Mainz", "Leipzig", "Jena", "Kassel", "Bremen", "Halle", "Passau")
NAMES = [f"{who} {what} {where}" for who in SURNAMES for what in TRADES for where in TOWNS]


def found(shown: str, most: int) -> set[str]:
    names = pl.DataFrame(
        {
            "customer": range(len(NAMES)),
            "name_key": [" ".join(sorted(name.upper().split(" "))) for name in NAMES],
        }
    )
    lines = pl.DataFrame({"line": [1], "payer_key": [" ".join(sorted(shown.split(" ")))]})
    return set(pairs_by_beginnings(lines, names, most)["name_key"].to_list())


def test_two_words_find_the_names_that_begin_them():
    assert found("FISCHER FEINMECHANI", 10) == {
        " ".join(sorted(("FISCHER", "FEINMECHANIK", town.upper()))) for town in TOWNS
    }


def test_where_two_words_are_common_three_find_the_one_name():
    assert found("FISCHER FEINMECHANI KASS", 3) == {"FEINMECHANIK FISCHER KASSEL"}


def test_what_is_common_in_every_way_finds_nobody():
    assert found("FISCHER FEINMECHANI", 3) == set()


def test_one_word_finds_nobody():
    assert found("FISCHER", 1000) == set()


def test_words_shorter_than_a_beginning_say_nothing():
    assert found("FIS FEI KAS", 1000) == set()


def test_a_name_of_common_words_that_the_bank_cut_is_suggested():
    owed = [
        {"number": f"INV-{1000 + at}", "open_amount": 19_900, "customer_id": f"C{at}"}
        | {"customer_name": f"{name} GmbH"}
        for at, name in enumerate(NAMES)
    ]
    line = {"booking_date": dt.date(2026, 3, 2), "amount": 19_900, "remittance": "thank you"}
    shown = "KASSEL FISCHER FEINMECHANI"
    world = inputs_of(lines_frame([line | {"payer_name": shown}]), items_frame(owed))

    first = match_lines(world, Policy()).members.filter(pl.col("rank") == 1)["item_id"].to_list()

    assert first == [f"INV-{1000 + NAMES.index('Fischer Feinmechanik Kassel')}"]
