from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.normalise.parties import name_key, name_words


def key(name):
    return name_key(pl.Series("name", [name]))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME GmbH", "acme"),
        ("ACME GmbH & Co. KG", "ACME KG"),
        ("Acme S.A.R.L.", "ACME SARL"),
        ("BYT-KOMPLET s.r.o.", "BYT KOMPLET SRO"),
        ("Kowalski Sp. z o.o.", "KOWALSKI SP Z O O"),
        ("Selangorian Ltd.", "SELANGORIAN LIMITED"),
        ("The Cannon Group PLC", "Cannon Group PLC, The"),
        ("Autohaus Mielberg KG", "Mielberg Autohaus KG"),
        ("John Haddock Insurance Co.", "HADDOCK JOHN INSURANCE"),
        ("Müller Bau AG", "Mueller Bau AG"),
        ("Müller Bau AG", "MULLER BAU"),
        ("Straßenbau Groß", "STRASSENBAU GROSS"),
        ("Łódź Trading", "LODZ TRADING"),
        ("Société Générale", "SOCIETE GENERALE"),
        ("Harbour Pty Ltd", "Harbour Pty. Ltd."),
        ("Nordisk  Fisk   A/S", "Nordisk Fisk A/S"),
    ],
)
def test_one_name_written_in_two_ways(one, other):
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IBM Deutschland GmbH", "IBM France SAS"),
        ("IBM", "IBM Deutschland"),
        ("Müller Bau", "Müller Tiefbau"),
        ("Meier 1", "Meier 2"),
        ("A B C", "ABD"),
    ],
)
def test_two_names_stay_two(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize("name", ["GmbH", "The", "Co. KG", "SE"])
def test_a_name_of_nothing_but_forms_keeps_its_words(name):
    assert key(name) == " ".join(sorted(name_words(pl.Series([name]))[0].split()))
    assert key(name) != ""


@pytest.mark.parametrize("name", ["", " ", "--", "...", "\u200b"])
def test_a_name_of_no_letters_has_no_key(name):
    assert key(name) == ""


def test_a_missing_name_has_no_key_and_moves_no_other():
    assert name_key(pl.Series("name", ["ACME", None, "Bolt"], dtype=pl.String)).to_list() in (
        ["ACME", None, "BOLT"],
        ["ACME", "", "BOLT"],
    )


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_each_name_has_its_own_key_whatever_stands_beside_it(names):
    together = name_key(pl.Series("name", names, dtype=pl.String)).to_list()

    assert together == [key(name) for name in names]


@given(st.permutations(["NORD", "LICHT", "VERLAG", "1848"]))
def test_the_order_of_words_makes_no_other_name(words):
    assert key(" ".join(words)) == "1848 LICHT NORD VERLAG"
