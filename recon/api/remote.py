"""Talk to a server that keeps books. In: requests. Out: answers, or that nobody knows what became of a request.

Reading is repeated with growing pauses. Writing is repeated only where the server surely did nothing: it was not reached,
or it said "too many requests". After a time-out or an answer of 500 and more the request may have been carried out, and
`Unheard` says so: look the key up before you send it again. Needs the extra `remote`.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import weakref
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from recon.credentials import Secret, require_library
from recon.errors import ConfigurationError, ReconError, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# More than any answer about a few hundred entries.
_LARGEST: Final = 64 * 1024 * 1024
_SHOWN: Final = 300
_TOO_MANY: Final = 429
_MEANT_TO_WAIT: Final = (429, 503)


class Unheard(ReconError):
    """The request was sent, and what became of it is not known."""


class _Later(Exception):
    """The server did nothing, and may be asked again; after so many seconds, if it said so."""

    def __init__(self, why: str, seconds: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for: seconds of one try, number of tries, and the pauses between them in seconds."""

    seconds: int = 30
    tries: int = 5
    first_pause: int = 1
    longest_pause: int = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: below 500, and not "too many requests"."""

    status: int
    body: bytes = field(repr=False)

    @property
    def is_good(self) -> bool:
        """The server did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Read the body as JSON; numbers with a fraction stay text, so that no amount becomes a float.

        Raises:
            ReconError: it is none.
        """
        try:
            return json.loads(self.body, parse_float=str, parse_constant=_no_number)
        except ValueError:
            raise ReconError(f"the server answered no JSON (status {self.status})") from None


class Remote:
    """One server; connections are kept open between calls and end with this object."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[Secret, ...] = (),
        patience: Patience | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: where all paths begin; https, or any scheme on this machine itself.
            headers: sent with every request.
            secrets: what never shows in a message, should the server repeat it.
            patience: how long to wait.

        Raises:
            ConfigurationError: the URL is none, or would send secrets in the clear; httpx or stamina is missing.
        """
        self._url = _checked(url)
        self._secrets = secrets
        self._patience = patience or Patience()
        self._httpx = require_library("httpx", "remote")
        self._stamina = require_library("stamina", "remote")
        client = self._httpx.Client(
            headers=dict(headers or {}),
            timeout=self._patience.seconds,
            # On this machine itself nothing is encrypted, and reading all authorities takes time.
            verify=self._url.startswith("https:"),
            follow_redirects=False,
        )
        self._client = client
        weakref.finalize(self, client.close)

    def read(self, method: str, path: str, **request: Any) -> Answer:
        """Ask for something; asking changes nothing, so it is repeated whatever goes wrong.

        Args:
            method: of HTTP.
            path: behind the URL.
            **request: `params`, `json`, `content`, `headers` as httpx takes them.

        Raises:
            ReconError: no answer after all tries.
        """
        return self._tried(method, path, request, is_harmless=True)

    def write(self, method: str, path: str, *, once: bool = False, **request: Any) -> Answer:
        """Ask for a change; repeated only where the server surely did nothing.

        Args:
            method: of HTTP.
            path: behind the URL.
            once: not even then, for a request that must not come later.
            **request: as of `read`.

        Raises:
            Unheard: what became of the request is not known.
            ReconError: the server was never reached, or only said that it is busy.
        """
        if not once:
            return self._tried(method, path, request, is_harmless=False)
        try:
            return self._once(method, path, request, is_harmless=False)
        except _Later as error:
            raise self._given_up(error) from None

    def explain(self, answer: Answer) -> str:
        """Show a bad answer in one line, without secrets."""
        said = " ".join(answer.body[: _SHOWN * 4].decode("utf-8", "replace").split())
        return f"status {answer.status}: {self.scrubbed(clip(said, _SHOWN))}"

    def scrubbed(self, text: str) -> str:
        """Take the secrets out of a text."""
        for secret in self._secrets:
            if hidden := secret.reveal():
                text = text.replace(hidden, "(secret)")
        return text

    def _tried(
        self, method: str, path: str, request: dict[str, Any], *, is_harmless: bool
    ) -> Answer:
        wait = self._patience
        tries = self._stamina.retry_context(
            on=_pause(wait.longest_pause),
            attempts=wait.tries,
            timeout=None,
            wait_initial=wait.first_pause,
            wait_max=wait.longest_pause,
        )
        try:
            for one in tries:
                with one:
                    return self._once(method, path, request, is_harmless=is_harmless)
        except _Later as error:
            raise self._given_up(error) from None
        raise AssertionError(method)

    def _given_up(self, error: _Later) -> ReconError:
        return ReconError(
            f"{self._host} {error.why}",
            hint="nothing was changed by the last call; the same command can be repeated",
        )

    def _once(
        self, method: str, path: str, request: dict[str, Any], *, is_harmless: bool
    ) -> Answer:
        httpx = self._httpx
        try:
            status, headers, body = self._exchange(method, path, request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _Later(f"cannot be reached: {type(error).__name__}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if is_harmless:
                raise _Later(f"did not answer: {type(error).__name__}") from None
            raise Unheard(f"{self._host} did not answer: {type(error).__name__}") from None
        if status == _TOO_MANY or (is_harmless and status >= 500):
            asked = _seconds(headers) if status in _MEANT_TO_WAIT else None
            raise _Later(f"answered status {status}", asked)
        if status >= 500:
            raise Unheard(f"{self._host} answered status {status}")
        return Answer(status, body)

    def _exchange(
        self, method: str, path: str, request: dict[str, Any]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request and read the answer, up to a limit."""
        body = bytearray()
        with self._client.stream(method, self._url + path, **request) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    raise self._httpx.ReadError("the answer does not end")
            return response.status_code, response.headers, bytes(body)

    @property
    def _host(self) -> str:
        return urlsplit(self._url).hostname or "the server"


def _pause(longest: int) -> Callable[[Exception], bool | dt.timedelta]:
    """Say whether to try again, and after how many seconds where the server said so."""

    def decide(error: Exception) -> bool | dt.timedelta:
        if not isinstance(error, _Later):
            return False
        if error.seconds is None:
            return True
        return dt.timedelta(seconds=error.seconds) if error.seconds <= longest else False

    return decide


def _seconds(headers: Mapping[str, str]) -> int | None:
    """Read Retry-After: seconds, or a time that is compared with the server's own clock.

    Source: RFC 9110, 10.2.3.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return int(asked[:9])
    try:
        until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("date", ""))
        return max(0, (until - now) // dt.timedelta(seconds=1))
    except (ValueError, TypeError):
        return None


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigurationError("`url` begins with https:// and names a host")
    if parts.username or parts.password:
        raise ConfigurationError("`url` holds a name or password; name them by their own options")
    if parts.scheme == "http" and not _is_here(host):
        raise ConfigurationError(
            "`url` is not encrypted, and anybody on the way could read the secret",
            hint="use https://; http:// is for a server on this machine itself",
        )
    return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_number(text: str) -> Any:
    raise ValueError(text)
