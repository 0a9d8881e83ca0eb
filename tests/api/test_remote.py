"""Servers are asked patiently, and what was not heard is never taken for a no."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import stamina

from recon.api import ConfigurationError, ReconError, Remote, Secret, Unheard
from recon.api.remote import _Later, _pause, _seconds
from tests.plugins.ledgers.serving import serving


@pytest.fixture(autouse=True)
def _quick():
    stamina.set_testing(True, attempts=5)
    yield
    stamina.set_testing(False)


def scripted(*answers):
    left = list(answers)
    return serving(lambda *_request: left.pop(0))


def test_reading_is_repeated_whatever_goes_wrong():
    with scripted((500, {}), None, (429, {}), (200, {"a": 1})) as url:
        assert Remote(url).read("GET", "/x").json() == {"a": 1}


@pytest.mark.parametrize("answer", [(500, {}), (503, {}), None])
def test_writing_without_a_clear_answer_is_unheard_and_not_repeated(answer):
    with scripted(answer) as url, pytest.raises(Unheard):
        Remote(url).write("POST", "/x", json={})


def test_writing_is_repeated_where_the_server_did_nothing():
    with scripted((429, {}, {"Retry-After": "0"}), (201, {})) as url:
        assert Remote(url).write("POST", "/x", json={}).status == 201


def test_a_server_that_stays_busy_is_an_error_and_not_unheard():
    with scripted(*[(429, {})] * 5) as url, pytest.raises(ReconError, match="429") as caught:
        Remote(url).write("POST", "/x", json={})

    assert not isinstance(caught.value, Unheard)


def test_a_redirection_is_not_followed_with_the_secret():
    with scripted((302, {}, {"Location": "http://elsewhere.example/"})) as url:
        assert Remote(url, headers={"Authorization": "x"}).read("GET", "/").status == 302


def test_a_fraction_in_an_answer_never_becomes_a_float():
    with scripted((200, b'{"amount": 0.10}')) as url:
        assert Remote(url).read("GET", "/").json() == {"amount": "0.10"}


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"a": NaN}', b"\xff"])
def test_a_body_that_is_no_json_is_an_error(body):
    with scripted((200, body)) as url, pytest.raises(ReconError, match="no JSON"):
        Remote(url).read("GET", "/").json()


def test_no_message_and_no_log_shows_a_secret(caplog):
    caplog.set_level(logging.DEBUG)
    hidden = Secret("hush-hush")
    with scripted((429, {}), (400, {"you sent": "hush-hush"})) as url:
        remote = Remote(url, headers={"Authorization": hidden.reveal()}, secrets=(hidden,))
        told = remote.explain(remote.write("POST", "/", json={}))

    assert told == 'status 400: {"you sent": "(secret)"}'
    assert "hush-hush" not in caplog.text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({}, None),
        ({"retry-after": "soon"}, None),
        (
            {
                "retry-after": "Fri, 02 Jan 2026 10:00:09 GMT",
                "date": "Fri, 02 Jan 2026 10:00:00 GMT",
            },
            9,
        ),
        ({"retry-after": "Fri, 02 Jan 2026 10:00:09 GMT"}, None),
    ],
)
def test_a_wait_is_read_as_the_standard_says(headers, seconds):
    assert _seconds(headers) == seconds


@pytest.mark.parametrize(
    "url",
    [
        "",
        "erp.example",
        "ftp://erp.example",
        "http://erp.example",
        "https://a:b@erp.example",
        "http://[::",
    ],
)
def test_a_url_that_would_send_secrets_in_the_clear_is_refused(url):
    with pytest.raises(ConfigurationError):
        Remote(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"])
def test_a_server_on_this_machine_needs_no_encryption(url):
    assert Remote(url)


def test_the_pause_is_what_the_server_asks_for_unless_it_is_too_long():
    decide = _pause(60)

    assert decide(_Later("busy")) is True
    assert decide(_Later("busy", 7)) == dt.timedelta(seconds=7)
    assert decide(_Later("busy", 3600)) is False
    assert decide(Unheard("silent")) is False
