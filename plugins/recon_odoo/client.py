"""Call Odoo's JSON-2 interface (19 and newer). In: methods of its models. Out: results, or what Odoo said against it.

Source: Odoo 19 documentation, "External JSON-2 API": `POST /json/2/MODEL/METHOD` with a bearer key, each call a transaction of
its own, an error as an object with `message` and a status of 400 and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from recon.api import JsonService, Remote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import Secret

_SOME: Final = 500


class Odoo:
    """One database of one server."""

    def __init__(self, url: str, database: str, key: Secret, *, tables: str = "ledgers") -> None:
        """Prepare; nothing is sent yet. `tables` says whose options these are: of ledgers or sources."""
        headers = {
            "Authorization": f"bearer {key.reveal()}",
            "X-Odoo-Database": database,
            "User-Agent": "cashrecon",
        }
        self.remote = Remote(url, headers=headers, secrets=(key,))
        self._service = JsonService(
            self.remote, "Odoo", "odoo", lambda told: told["message"], tables
        )

    def find_by(
        self, model: str, name: str, values: Sequence[Any], fields: Sequence[str], *more: Any
    ) -> list[dict[str, Any]]:
        """Read the records whose field has one of many values, oldest first."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(values), _SOME):
            domain = [[name, "in", list(values[at : at + _SOME])], *more]
            found += self.search(model, domain, fields)
        return found

    def search(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Read the records that fulfil a domain, oldest first; all of them unless `limit` says less."""
        body: dict[str, Any] = {"domain": list(domain), "fields": list(fields), "order": "id"}
        body |= {} if limit is None else {"limit": limit}
        found: list[dict[str, Any]] = self._service.ask(
            "POST", f"/json/2/{model}/search_read", body=body
        )
        return found

    def count(self, model: str, domain: Sequence[Any]) -> int:
        """Count the records that fulfil a domain."""
        body = {"domain": list(domain)}
        return int(self._service.ask("POST", f"/json/2/{model}/search_count", body=body))

    def write(self, model: str, method: str, **params: Any) -> Any:
        """Call a method that changes something.

        Raises:
            Declined: Odoo refused it.
            Unheard: what became of it is not known.
        """
        return self._service.change("POST", f"/json/2/{model}/{method}", body=params)


def id_of(many_to_one: Any) -> int:
    """Read the id of a record that another one names: Odoo gives [id, name]."""
    return int(many_to_one[0] if isinstance(many_to_one, list) else many_to_one)
