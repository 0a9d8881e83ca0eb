"""Call Odoo's JSON-2 interface (19 and newer). In: methods of its models. Out: results, or what Odoo said against it.

Source: Odoo 19 documentation, "External JSON-2 API": `POST /json/2/MODEL/METHOD` with a bearer key, each call a transaction of
its own, an error as an object with `message` and a status of 400 and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from recon.api import ConfigurationError, ReconError, Remote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import Answer, Secret

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_SOME: Final = 500
_REASON: Final = 300


class Declined(Exception):
    """Odoo refused what was asked, and did nothing."""


class Odoo:
    """One database of one server."""

    def __init__(self, url: str, database: str, key: Secret) -> None:
        """Prepare; nothing is sent yet."""
        headers = {
            "Authorization": f"bearer {key.reveal()}",
            "Content-Type": "application/json; charset=utf-8",
            "X-Odoo-Database": database,
            "User-Agent": "cashrecon",
        }
        self._remote = Remote(url, headers=headers, secrets=(key,))

    def find_by(
        self, model: str, name: str, values: Sequence[Any], fields: Sequence[str], *more: Any
    ) -> list[dict[str, Any]]:
        """Read the records whose field has one of many values, oldest first."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(values), _SOME):
            domain = [[name, "in", list(values[at : at + _SOME])], *more]
            body = {"domain": domain, "fields": list(fields), "order": "id"}
            found += self._call(model, "search_read", body, is_harmless=True)
        return found

    def write(self, model: str, method: str, **params: Any) -> Any:
        """Call a method that changes something.

        Raises:
            Declined: Odoo refused it.
            Unheard: what became of it is not known.
        """
        return self._call(model, method, params, is_harmless=False)

    def _call(self, model: str, method: str, params: Any, *, is_harmless: bool) -> Any:
        call = self._remote.read if is_harmless else self._remote.write
        answer = call("POST", f"/json/2/{model}/{method}", content=_ENCODER.encode(params))
        if answer.is_good:
            return answer.json()
        if answer.status in {401, 403}:
            raise ConfigurationError(
                f"Odoo refuses this: {self._remote.explain(answer)}",
                hint="look at `url`, `database` and the key's user under [ledgers.odoo]",
            )
        if is_harmless or answer.status == 404:
            raise ReconError(f"Odoo fails in {model}.{method}: {self._remote.explain(answer)}")
        raise Declined(self._reason(answer))

    def _reason(self, answer: Answer) -> str:
        try:
            told = answer.json()
        except ReconError:
            return self._remote.explain(answer)
        message = told.get("message") if isinstance(told, dict) else None
        words = " ".join(str(message or f"status {answer.status}").split())
        return self._remote.scrubbed(words)[:_REASON]


def id_of(many_to_one: Any) -> int:
    """Read the id of a record that another one names: Odoo gives [id, name]."""
    return int(many_to_one[0] if isinstance(many_to_one, list) else many_to_one)
