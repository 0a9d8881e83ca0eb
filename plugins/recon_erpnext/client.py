"""Call ERPNext's REST interface. In: document types. Out: documents, or what ERPNext said against them.

Source: Frappe documentation, "REST API": `GET` and `POST /api/resource/DOCTYPE`, `POST /api/method/...`, a token of key and
secret, an error as an object with `exception` and a status of 400 and more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from recon.api import ConfigurationError, ReconError, Remote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import Answer, Secret

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
# The names stand in the URL, and servers take a few thousand characters of it.
_SOME: Final = 40
_REASON: Final = 300


class Declined(Exception):
    """ERPNext refused what was asked, and did nothing."""


class Erpnext:
    """One site."""

    def __init__(self, url: str, key: Secret, secret: Secret) -> None:
        """Prepare; nothing is sent yet."""
        headers = {
            "Authorization": f"token {key.reveal()}:{secret.reveal()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._remote = Remote(url, headers=headers, secrets=(secret, key))

    def find_by(
        self, doctype: str, name: str, values: Sequence[str], fields: Sequence[str], *more: Any
    ) -> list[dict[str, Any]]:
        """Read the documents whose field has one of many values."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(values), _SOME):
            found += self.search(doctype, [[name, "in", values[at : at + _SOME]], *more], fields)
        return found

    def search(
        self, doctype: str, filters: Sequence[Any], fields: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Read all documents of a type that pass some filters."""
        params = {
            "filters": json.dumps(filters),
            "fields": json.dumps(list(fields)),
            "limit_page_length": "0",
        }
        answer = self._remote.read("GET", f"/api/resource/{quote(doctype)}", params=params)
        found: list[dict[str, Any]] = self._told(answer, "data", is_harmless=True)
        return found

    def create(self, doctype: str, values: dict[str, Any]) -> dict[str, Any]:
        """Make a document.

        Raises:
            Declined: ERPNext refused it.
            Unheard: what became of it is not known.
        """
        body = _ENCODER.encode(values)
        answer = self._remote.write("POST", f"/api/resource/{quote(doctype)}", content=body)
        made: dict[str, Any] = self._told(answer, "data", is_harmless=False)
        return made

    def cancel(self, doctype: str, name: str) -> None:
        """Cancel a submitted document; its postings are reversed.

        Raises:
            Declined: ERPNext refused it.
            Unheard: what became of it is not known.
        """
        body = _ENCODER.encode({"doctype": doctype, "name": name})
        answer = self._remote.write("POST", "/api/method/frappe.client.cancel", content=body)
        self._told(answer, "message", is_harmless=False)

    def _told(self, answer: Answer, member: str, *, is_harmless: bool) -> Any:
        if answer.is_good:
            return answer.json()[member]
        if answer.status in {401, 403}:
            raise ConfigurationError(
                f"ERPNext refuses this: {self._remote.explain(answer)}",
                hint="look at `url` and the rights of the key's user under [ledgers.erpnext]",
            )
        if is_harmless:
            raise ReconError(f"ERPNext fails: {self._remote.explain(answer)}")
        raise Declined(self._reason(answer))

    def _reason(self, answer: Answer) -> str:
        try:
            told = answer.json()
        except ReconError:
            return self._remote.explain(answer)
        said = told.get("exception") if isinstance(told, dict) else None
        words = " ".join(str(said or f"status {answer.status}").split())
        return self._remote.scrubbed(words)[:_REASON]
