"""A service that takes signed JSON: once each, whatever it answers or leaves unanswered."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import stamina

import recon_http_json.plugin
from recon.api import ConfigurationError, LedgerType, ReconError, Secret
from recon_http_json.message import body_of, signed
from tests.plugins.ledgers.http_json.books import SECRET, Books
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.serving import serving

(KIND,) = recon_http_json.plugin.recon_register_ledgers()


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("JOURNAL_SECRET", SECRET)
    stamina.set_testing(True, attempts=5)
    yield
    stamina.set_testing(False)


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def ledger(books):
    with serving(books.answer) as url:
        yield connect(url)


def connect(url, /, **options):
    return KIND.connect({"url": url, "secret_env": "JOURNAL_SECRET"} | options)


def batch(count, **facts):
    return entries_of(*(entry_rows(f"K{n}", **facts) for n in range(1, count + 1)))


def words(outcomes):
    return outcomes["outcome"].to_list()


def test_it_keeps_the_protocol():
    assert isinstance(KIND, LedgerType)


def test_an_entry_is_kept_once_and_found_by_its_key(ledger, books):
    assert ledger.post(batch(2)).row(0) == ("K1", "accepted", None, "J1")
    assert words(ledger.post(batch(3))) == ["duplicate", "duplicate", "accepted"]
    assert ledger.find(["K1", "K9"]) == {"K1": "J1"}
    assert sorted(books.kept) == ["K1", "K2", "K3"]


def test_the_body_is_the_documented_shape(ledger, books):
    ledger.post(batch(1))
    kept = books.kept["K1"]

    assert kept["version"] == 1
    assert kept["reverses"] is None
    assert kept["date"] == "2026-01-15"
    assert [p["amount"] for p in kept["postings"]] == ["123.45", "-123.45"]
    assert set(kept["postings"][0]) == {
        "posting", "role", "account", "amount", "currency", "item_number", "customer_id",
    }  # fmt: skip


def test_a_signature_covers_time_and_body():
    headers = signed(b'{"a":1}', "K1", Secret("key"), 1_767_225_600)

    # echo -n '1767225600.{"a":1}' | openssl dgst -sha256 -hmac key
    assert headers["Recon-Signature"] == (
        "v1=80f7b75f8618b9b24d72673996a625f1a43f7387a26b6739d667431724fe4d23"
    )
    assert headers["Idempotency-Key"] == "K1"


def test_the_same_entry_is_the_same_bytes():
    from recon.api.file_ledger import Posting

    rows = [Posting(**row) for row in entry_rows("K1", description="Ünï\ncode")]

    assert body_of(rows) == body_of(rows)
    assert body_of(rows).isascii()
    assert json.loads(body_of(rows))["description"] == "Ünï\ncode"


@pytest.mark.parametrize("wrong", ["done, 500", "done, drop"])
def test_what_was_kept_without_an_answer_is_looked_up_and_not_sent_again(ledger, books, wrong):
    books.script = [wrong]
    outcomes = ledger.post(batch(1))

    assert words(outcomes) == ["accepted"]
    assert [method for method, *_ in books.requests] == ["POST", "GET"]


@pytest.mark.parametrize("wrong", ["500", "drop"])
def test_what_was_not_kept_is_looked_up_before_it_is_sent_again(ledger, books, wrong):
    books.script = [wrong]
    outcomes = ledger.post(batch(1))

    assert words(outcomes) == ["accepted"]
    assert [method for method, *_ in books.requests] == ["POST", "GET", "POST"]


def test_a_second_silence_leaves_the_entry_unknown(ledger, books):
    books.script = ["500", "", "done, drop"] + ["500"] * 5
    outcomes = ledger.post(batch(1))

    assert words(outcomes) == ["unknown"]
    assert deliver(ledger, batch(1)) == {"K1"}
    assert len(books.kept) == 1


def test_a_server_that_is_down_is_not_asked_for_every_entry(ledger, books):
    books.script = ["drop"] * 1_000
    outcomes = ledger.post(batch(50))

    assert words(outcomes) == ["unknown"] * 50
    assert len(books.requests) < 40
    assert outcomes["reason"][40] == "not sent: the ledger does not answer"


def test_too_many_requests_are_waited_out(ledger, books):
    books.script = ["busy", "busy"]
    outcomes = ledger.post(batch(1))

    assert words(outcomes) == ["accepted"]
    assert [method for method, *_ in books.requests] == ["POST"] * 3


def test_a_server_that_asks_to_wait_for_an_hour_is_not_waited_for(ledger, books):
    books.script, books.retry_after = ["busy"] * 9, "3600"
    outcomes = ledger.post(batch(1))

    assert words(outcomes) == ["unknown"]
    assert "429" in outcomes["reason"][0]
    assert len(books.requests) == 1


def test_a_refused_entry_says_why_without_the_secret(ledger):
    outcomes = ledger.post(entries_of(entry_rows("K1", description="refuse me"), entry_rows("K2")))

    assert words(outcomes) == ["rejected", "accepted"]
    assert outcomes["reason"][0] == "no such account; you said (secret)"


def test_another_entry_under_the_same_key_needs_a_person(ledger):
    ledger.post(batch(1))

    assert words(ledger.post(batch(1, description="other"))) == ["needs_confirmation"]


def test_a_reversal_is_kept_once_and_is_the_opposite(ledger, books):
    receipts = ledger.post(batch(1))

    assert ledger.reverse(receipts).row(0)[:2] == ("K1", "accepted")
    assert words(ledger.reverse(receipts)) == ["duplicate"]
    assert books.kept["reversal-of-K1"]["reverses"] == "K1"
    assert [Decimal(p["amount"]) for p in books.kept["reversal-of-K1"]["postings"]] == [
        Decimal("-123.45"),
        Decimal("123.45"),
    ]


def test_what_was_changed_in_the_service_is_in_doubt_and_not_reversed(ledger, books):
    receipts = ledger.post(batch(1))
    books.kept["K1"]["postings"][0]["amount"] = "123.46"

    assert ledger.verify(receipts)["reason"].to_list() == ["postings add up to 0.01 EUR"]
    assert words(ledger.reverse(receipts)) == ["rejected"]


def test_an_answer_that_is_no_json_is_an_error_and_no_posting(ledger, books):
    receipts = ledger.post(batch(1))
    books.script = ["html"]
    with pytest.raises(ReconError, match="no JSON"):
        ledger.verify(receipts)


def test_a_kill_after_any_call_loses_nothing_and_posts_nothing_twice():
    for number in range(1, 9):
        books = Books()
        with serving(books.answer) as url:
            ledger = connect(url)
            was_killed = post_killed(ledger, ledger._gateway._remote, batch(4), number)
            assert deliver(connect(url), batch(4)) == {"K1", "K2", "K3", "K4"}
        assert len(books.kept) == 4
        if not was_killed:
            break
    assert number == 5


def test_a_wrong_secret_is_told_without_it(monkeypatch):
    with serving(lambda *_request: (401, {"you sent": "hush-hush"})) as url:
        monkeypatch.setenv("JOURNAL_SECRET", "hush-hush")
        with pytest.raises(ConfigurationError, match="401") as caught:
            connect(url).post(batch(2))

    assert "hush-hush" not in caught.value.render()


@pytest.mark.parametrize(
    "options",
    [{"colour": "red"}, {"url": ""}, {"url": "http://erp.example"}, {"timeout_seconds": 0}],
)
def test_wrong_options_are_an_error_of_configuration(options):
    with pytest.raises(ConfigurationError):
        connect("http://127.0.0.1:9", **options)
