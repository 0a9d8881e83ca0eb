"""A system that speaks JSON: its own words, its key's rights, and a request that may be sent twice."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import stamina

from recon.api import ConfigurationError, Declined, JsonService, ReconError, Remote, Secret, Unheard
from tests.plugins.ledgers.serving import serving


@pytest.fixture(autouse=True)
def _quick():
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


class Scripted:
    """Answers in turn; keeps the bodies it was sent."""

    def __init__(self, *answers):
        self.answers, self.bodies = list(answers), []

    def __call__(self, _method, _path, _headers, body):
        self.bodies.append(body)
        return self.answers.pop(0)


def service(url):
    remote = Remote(url, secrets=(Secret("hush-hush"),))
    return JsonService(remote, "Books", "books", lambda told: told["message"])


def test_a_decimal_goes_out_with_every_digit():
    script = Scripted((200, {"id": 1}))
    with serving(script) as url:
        told = service(url).change("POST", "/x", body={"amount": Decimal("10000000000000.10")})

    assert told == {"id": 1}
    assert b"10000000000000.10" in script.bodies[0]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"message": null}', b'{"other": 1}', b"{"])
def test_a_refusal_without_words_is_told_by_its_status(body):
    with serving(Scripted((422, body))) as url, pytest.raises(Declined, match="status 422"):
        service(url).change("POST", "/x", body={})


def test_a_refusal_is_told_in_the_systems_own_words_without_secrets():
    said = json.dumps({"message": "not  with\nhush-hush"}).encode()
    with serving(Scripted((400, said))) as url, pytest.raises(Declined) as caught:
        service(url).change("POST", "/x", body={})

    assert str(caught.value) == "not with (secret)"


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_without_rights_is_an_error_of_configuration(status):
    with (
        serving(Scripted((status, {}), (status, {}))) as url,
        pytest.raises(ConfigurationError, match=str(status)),
    ):
        service(url).change("POST", "/x", body={})


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_to_be_asked_is_an_error_and_no_refusal(status):
    with serving(Scripted((status, {}))) as url, pytest.raises(ReconError, match="GET /x"):
        service(url).ask("GET", "/x")


def test_only_a_request_with_a_key_of_its_own_is_sent_again():
    script = Scripted(None, (200, {"id": 7}), None)
    with serving(script) as url:
        assert service(url).change("PUT", "/x", body={}, repeats=True) == {"id": 7}
        with pytest.raises(Unheard):
            service(url).change("PUT", "/x", body={})

    assert script.answers == []


def test_what_was_not_heard_is_sent_again_once_and_at_once():
    """A system forgets keys: an hour of "too many requests" later it would book the same again."""
    script = Scripted(None, (429, {}, {"Retry-After": "60"}), (200, {"id": 7}))
    with serving(script) as url, pytest.raises(Unheard):
        service(url).change("PUT", "/x", body={}, repeats=True)

    assert len(script.answers) == 1
