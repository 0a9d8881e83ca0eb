"""The page for plugin authors says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import recon.hookspecs
from recon_item_file.options import ItemFileOptions
from tests.plugins.ledgers.oracles import TYPES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
SPECS = Path(recon.hookspecs.__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", re.findall(r"^def (recon_\w+\(.*\) -> .+):$", SPECS, re.MULTILINE))
def test_every_hook_stands_in_the_page_with_its_exact_signature(hook):
    assert f"`{hook}`" in PAGE


def test_every_plugin_of_this_folder_stands_in_the_page():
    names = {path.parent.name for path in (ROOT / "plugins").glob("recon_*/plugin.py")}

    assert len(names) >= 4
    assert {name for name in names if f"`{name}`" in PAGE} == names
    assert {name for name in TYPES if f"`{name}`" in PAGE} == set(TYPES)


def test_every_ledger_says_how_it_is_tried_and_the_tests_are_there():
    from docs.ledger_matrix import ledgers, tried

    assert {kind.name for kind in ledgers()} == set(tried())
    assert [told for told in tried().values() if not (ROOT / told["tests"]).is_file()] == []


def test_every_source_says_what_it_tells_and_the_tests_are_there():
    from docs.ledger_matrix import sources, tried

    how = tried("sources.toml")
    assert {source.name for source in sources()} == set(how)
    assert [told for told in how.values() if not (ROOT / told["tests"]).is_file()] == []


def test_no_ledger_lost_or_doubled_an_entry_when_it_was_measured():
    import json

    from docs.ledger_matrix import ledgers

    figures = json.loads((ROOT / "plugins" / "figures.json").read_text(encoding="utf-8"))

    assert {row["ledger"].split(" (")[0] for row in figures} <= {kind.name for kind in ledgers()}
    for row in figures:
        assert row["accepted"] == row["sent"], row
        assert (row["again_new"], row["lost"], row["twice"]) == (0, 0, 0), row
        assert not float(row["difference"]), row


def test_every_option_of_the_item_file_stands_in_the_page():
    options = set(ItemFileOptions.__struct_fields__)

    assert {name for name in options if f"`{name}`" in PAGE} == options


def test_the_error_in_the_page_is_the_error_that_is_shown(tmp_path, monkeypatch):
    from recon.api import UnreadableItems
    from recon_item_file.plugin import ItemFile

    monkeypatch.chdir(tmp_path)
    Path("items.csv").write_text(
        "item_id;number;currency;open_amount;due_date\n1;A;EUR;1.234,50;2026-02-30\n2;B;EURO;5;\n",
        encoding="utf-8",
    )
    with pytest.raises(UnreadableItems) as caught:
        ItemFile().fetch(None, {"items": "items.csv"})

    assert caught.value.render() in PAGE
