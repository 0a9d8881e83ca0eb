"""Call ERPNext's REST interface. In: document types. Out: documents, or what ERPNext said against them.

Source: Frappe documentation, "REST API": `GET` and `POST /api/resource/DOCTYPE`, `POST /api/method/...`, a token of key and
secret, an error as an object with `exception` and a status of 400 and more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from recon.api import JsonService, Remote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import Secret

# The names stand in the URL, and servers take a few thousand characters of it.
_SOME: Final = 40


class Erpnext:
    """One site."""

    def __init__(self, url: str, key: Secret, secret: Secret, *, tables: str = "ledgers") -> None:
        """Prepare; nothing is sent yet. `tables` says whose options these are: of ledgers or sources."""
        headers = {
            "Authorization": f"token {key.reveal()}:{secret.reveal()}",
            "Accept": "application/json",
        }
        self.remote = Remote(url, headers=headers, secrets=(secret, key))
        self._service = JsonService(
            self.remote, "ERPNext", "erpnext", lambda told: told["exception"], tables
        )

    def find_by(
        self, doctype: str, name: str, values: Sequence[str], fields: Sequence[str], *more: Any
    ) -> list[dict[str, Any]]:
        """Read the documents whose field has one of many values."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(values), _SOME):
            found += self.search(doctype, [[name, "in", values[at : at + _SOME]], *more], fields)
        return found

    def search(
        self, doctype: str, filters: Sequence[Any], fields: Sequence[str], limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Read the documents of a type that pass some filters: all, or the first ones by name."""
        params = {
            "filters": json.dumps(filters),
            "fields": json.dumps(list(fields)),
            "limit_page_length": str(limit or 0),
        }
        params |= {} if limit is None else {"order_by": "name asc"}
        told = self._service.ask("GET", f"/api/resource/{quote(doctype)}", params=params)
        found: list[dict[str, Any]] = told["data"]
        return found

    def count(self, doctype: str, filters: Sequence[Any]) -> int:
        """Count the documents of a type that pass some filters."""
        params = {"doctype": doctype, "filters": json.dumps(filters)}
        told = self._service.ask("GET", "/api/method/frappe.client.get_count", params=params)
        return int(told["message"])

    def create(self, doctype: str, values: dict[str, Any]) -> dict[str, Any]:
        """Make a document.

        Raises:
            Declined: ERPNext refused it.
            Unheard: what became of it is not known.
        """
        told = self._service.change("POST", f"/api/resource/{quote(doctype)}", body=values)
        made: dict[str, Any] = told["data"]
        return made

    def cancel(self, doctype: str, name: str) -> None:
        """Cancel a submitted document; its postings are reversed.

        Raises:
            Declined: ERPNext refused it.
            Unheard: what became of it is not known.
        """
        named = {"doctype": doctype, "name": name}
        self._service.change("POST", "/api/method/frappe.client.cancel", body=named)
