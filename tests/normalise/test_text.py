from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.normalise.text import compact, fold, is_disguised


def folded(text):
    return fold(pl.Series("text", [text]))[0]


def disguised(text):
    return pl.DataFrame({"text": [text]}).select(is_disguised(pl.col("text"))).item()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Müller", "MULLER"),
        ("straße", "STRASSE"),
        ("Łódź", "LODZ"),
        ("ÅNGSTRÖM", "ANGSTROM"),
        ("ﬁn", "FIN"),
        ("ＩＮＶ１", "INV1"),  # noqa: RUF001 - full-width letters are the point
        ("a\u200bb", "AB"),
        ("é", "E"),
        ("e\u0301", "E"),
        ("Ελλάδα", "ELLADA"),
        ("", ""),
    ],
)
def test_text_folds_to_plain_upper_case(text, plain):
    assert folded(text) == plain


@given(st.text(max_size=40))
def test_folding_leaves_ascii_and_folds_once(text):
    once = folded(text)

    assert once.isascii()
    assert folded(once) == once


@given(st.lists(st.text(max_size=10), min_size=1, max_size=6))
def test_a_column_folds_like_its_texts_one_by_one(texts):
    assert fold(pl.Series("text", texts, dtype=pl.String)).to_list() == [
        folded(text) for text in texts
    ]


def test_folding_keeps_missing_text_missing():
    assert fold(pl.Series("text", ["ä", None], dtype=pl.String)).to_list() == ["A", None]


@pytest.mark.parametrize(
    "text",
    [
        "\u0410CME GmbH",  # Cyrillic A
        "ACM\u0415",  # Cyrillic E at the end
        "\u039fmega Ltd \u039fmega",  # Greek O before Latin letters
        "INV\u200b1001",
        "\u202eINV1001",
        "INV\u00ad1001",  # soft hyphen
        "\ufeffACME",
    ],
)
def test_text_made_to_look_like_other_text_is_spotted(text):
    assert disguised(text)


@pytest.mark.parametrize(
    "text",
    [
        "ACME GmbH",
        "Müller & Söhne",
        "\u041e\u041e\u041e \u041c\u043e\u0441\u043a\u0432\u0430",
        "Ελλάδα",
        "\u041e\u041e\u041e Gazprom",
        "INV-1001 12,50 €",
        "",
    ],
)
def test_honest_text_is_not_called_disguised(text):
    assert not disguised(text)


def test_accounts_are_compared_by_letters_and_digits():
    frame = pl.DataFrame({"account": ["de75 5121 0800 1245 1261 99", "51210800/1245126199", None]})

    assert frame.select(compact(pl.col("account")))["account"].to_list() == [
        "DE75512108001245126199",
        "512108001245126199",
        None,
    ]
