"""Speak JSON with a system that keeps books. In: requests. Out: decoded answers, or an error of the right kind.

What every ledger behind a REST interface needs: a refusal is told in the system's own words, a wrong key is an error of the
configuration, and no secret shows. Where the interface takes idempotency keys, a lost answer is asked for once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from recon.api.remote import Unheard
from recon.errors import ConfigurationError, ReconError

if TYPE_CHECKING:
    from collections.abc import Callable

    from recon.api.remote import Answer, Remote

# Decimals go out as numbers with every digit, never through a float.
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_SHUT_OUT: Final = frozenset({401, 403})
_NOT_THERE: Final = 404
_REASON: Final = 300


class Declined(Exception):
    """The system refused what was asked, and did nothing."""


@dataclass(frozen=True, slots=True)
class JsonService:
    """One system.

    `system` is its name in messages, `ledger` the table of options that a hint points to (of ledgers, or of what `tables`
    says), `words_of` finds the system's own words in a decoded answer that refuses (None where it has none).
    """

    remote: Remote
    system: str
    ledger: str
    words_of: Callable[[Any], object]
    tables: str = "ledgers"

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """Ask for something that changes nothing.

        Raises:
            ReconError: the system fails, or cannot be reached.
        """
        answer = self.remote.read(method, path, **_encoded(request))
        if answer.is_good:
            return answer.json()
        self._refuse_if_shut_out(answer)
        raise self._failed(method, path, answer)

    def change(self, method: str, path: str, *, repeats: bool = False, **request: Any) -> Any:
        """Ask for a change.

        Args:
            method: of HTTP.
            path: behind the URL.
            repeats: the request carries an idempotency key, so that it can be sent again where nothing was heard. That is
                done once and at once: systems forget keys, some of them within minutes, and would do it a second time.
            **request: `body` is sent as JSON; `params` and `headers` as `Remote` takes them.

        Raises:
            Declined: the system refused it.
            Unheard: what became of it is not known.
            ReconError: the system was never reached, or is busy.
        """
        sent = _encoded(request)
        try:
            answer = self.remote.write(method, path, **sent)
        except Unheard as error:
            if not repeats:
                raise
            answer = self._once_more(method, path, sent, error)
        if answer.is_good:
            return answer.json()
        self._refuse_if_shut_out(answer)
        if answer.status == _NOT_THERE:
            raise self._failed(method, path, answer)
        raise Declined(self._reason(answer))

    def _once_more(self, method: str, path: str, sent: dict[str, Any], unheard: Unheard) -> Answer:
        try:
            return self.remote.write(method, path, once=True, **sent)
        except ReconError:
            raise unheard from None

    def _refuse_if_shut_out(self, answer: Answer) -> None:
        if answer.status in _SHUT_OUT:
            raise ConfigurationError(
                f"{self.system} refuses this: {self.remote.explain(answer)}",
                hint=f"look at the address, the key and its rights under [{self.tables}.{self.ledger}]",
            )

    def _failed(self, method: str, path: str, answer: Answer) -> ReconError:
        return ReconError(f"{self.system} fails in {method} {path}: {self.remote.explain(answer)}")

    def _reason(self, answer: Answer) -> str:
        """Give the system's own words for a refusal, in one line and without secrets."""
        try:
            words = self.words_of(answer.json())
        except (ReconError, AttributeError, KeyError, TypeError):
            words = None
        if not words:
            return self.remote.explain(answer)
        return self.remote.scrubbed(" ".join(str(words).split()))[:_REASON]


def _encoded(request: dict[str, Any]) -> dict[str, Any]:
    sent = dict(request)
    if "body" in sent:
        sent["content"] = _ENCODER.encode(sent.pop("body"))
        sent["headers"] = {"Content-Type": "application/json", **sent.get("headers", {})}
    return sent
