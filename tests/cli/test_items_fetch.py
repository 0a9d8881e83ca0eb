"""`recon items fetch`: what a source says, as files."""

from __future__ import annotations

import pytest


@pytest.fixture
def policy(tmp_path):
    items = tmp_path / "books.csv"
    items.write_text(
        'item_id,number,currency,open_amount\n2,B,EUR,"7,5"\n1,A,JPY,12\n', encoding="utf-8"
    )
    path = tmp_path / "policy.toml"
    path.write_text(
        f"[sources.item-file]\nitems = '{items}'\ndecimal_mark = ','\n", encoding="utf-8"
    )
    return path


def test_the_books_are_written_plainly_and_only_what_there_is(cli, policy, tmp_path):
    result = cli("items", "fetch", "item-file", "--policy", policy, "--out", tmp_path / "books")

    (written,) = (tmp_path / "books").iterdir()
    assert written.name == "open_items.csv"
    rows = [row.split(",") for row in written.read_text(encoding="utf-8").splitlines()]
    amounts = [row[rows[0].index("open_amount")] for row in rows]
    assert amounts == ["open_amount", "12", "7.50"]
    assert result.exit_code == 0
    assert "open_items.csv" in result.stdout


def test_a_source_that_is_not_there_is_named(cli, policy, tmp_path):
    result = cli("items", "fetch", "erp", "--policy", policy, "--out", tmp_path / "books")

    assert result.exit_code == 2
    assert "'erp'" in result.stderr
    assert not (tmp_path / "books").exists()


def test_advices_of_a_source_are_written_as_they_are_read(cli, tmp_path):
    header = "advice_id,customer_id,payer_name,reference,total,currency,item_number,amount"
    rows = "A-1,C1,ACME,ZR-1,19.50,EUR,A,12.00\nA-1,C1,ACME,ZR-1,19.50,EUR,B,7.50\n"
    (tmp_path / "advice.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
    items = "item_id,number,currency,open_amount\n1,A,EUR,12.00\n"
    (tmp_path / "books.csv").write_text(items, encoding="utf-8")
    policy = tmp_path / "policy.toml"
    named = f"items = '{tmp_path / 'books.csv'}'\nremittances = ['{tmp_path / 'advice.csv'}']"
    policy.write_text(f"[sources.item-file]\n{named}\n", encoding="utf-8")
    result = cli("items", "fetch", "item-file", "--policy", policy, "--out", tmp_path / "books")

    assert result.exit_code == 0
    written = (tmp_path / "books" / "remittances.csv").read_text(encoding="utf-8")
    assert written.splitlines() == [header, *rows.splitlines()]
