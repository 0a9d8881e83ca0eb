"""The page on profiles names every key, and its example reads what it shows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from recon_csv.profile import FIELDS, Profile
from tests.formats.csv.reading import amounts, read_text

PAGE = (Path(__file__).parents[3] / "docs" / "csv-profiles.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def rows_of(title: str) -> list[str]:
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    return sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_every_key_of_a_profile_is_on_the_page_and_no_other():
    assert rows_of("Keys of a profile") == sorted(Profile.__struct_fields__)


def test_every_field_of_columns_is_on_the_page_and_no_other():
    assert rows_of("Fields of `columns`") == sorted(FIELDS)


def test_the_example_of_the_page_is_read_by_the_profile_above_it():
    options = tomllib.loads(block("toml"))["formats"]["csv"]
    parsed = read_text(block("csv"), **options)

    assert amounts(parsed) == [120000, -150, 30000]
    assert parsed.statements.row(0, named=True)["opening_balance"] == 100000
    assert parsed.statements.row(0, named=True)["closing_balance"] == 249850


def test_without_its_word_on_balances_the_example_has_a_reject():
    options = tomllib.loads(block("toml"))["formats"]["csv"]
    del options["profiles"]["my_bank"]["balance_rows"]
    # A later row: the oldest one may lack its balance.
    rows = block("csv").splitlines()
    text = "\n".join([rows[0], rows[3], *rows[1:3]]).replace("03.03.", "01.03.")
    parsed = read_text(text + "\n", **options)

    assert parsed.rejects["code"].to_list() == ["missing-balance"]
