"""Call QuickBooks Online's Accounting API. In: queries and documents. Out: rows, or what QuickBooks said against a document.

Source: the table in this package's README, rule by rule. In short: `GET /v3/company/ID/query`, `POST /v3/company/ID/ENTITY`, a
bearer token, `minorversion`, `requestid` (at most 50 characters; a request with a known one gets the first answer again),
`SyncToken` on whatever changes a document, errors as `Fault` with `Error`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, JsonService, Patience, ReconError, Remote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import Secret

# The query stands in the URL, and servers take a few thousand characters of it.
_SOME: Final = 40
_PAGE: Final = 1_000
_MINOR_VERSION: Final = "75"
_REQUEST_ID: Final = 50


class QuickBooks:
    """One company."""

    def __init__(self, url: str, company: str, token: Secret) -> None:
        """Prepare; nothing is sent yet."""
        headers = {"Authorization": f"Bearer {token.reveal()}", "Accept": "application/json"}
        patience = Patience(tries=8, longest_pause=90)
        self.remote = Remote(url, headers=headers, secrets=(token,), patience=patience)
        self._path = f"/v3/company/{company}"
        self._service = JsonService(self.remote, "QuickBooks", "quickbooks-online", _words_of)

    def find_by(self, entity: str, name: str, values: Sequence[str]) -> list[dict[str, Any]]:
        """Read the documents of which a field has one of many values."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(values), _SOME):
            listed = ", ".join(_quoted(value) for value in values[at : at + _SOME])
            found += self._queried(entity, f"{name} IN ({listed})")
        return found

    def create(self, entity: str, document: dict[str, Any], state: str) -> dict[str, Any]:
        """Make a document.

        Args:
            entity: `Payment` or `JournalEntry`.
            document: without an id.
            state: what the request was made of. A repetition in the same state is answered as the first time; one after
                something changed, such as an invoice that was opened again, is a new request.

        Raises:
            Declined: QuickBooks refused it.
            Unheard: what became of it is not known.
        """
        return self._post(entity, document, state, {})

    def update(self, entity: str, document: dict[str, Any], **params: str) -> dict[str, Any]:
        """Change a document, or with `operation` delete or void it; it carries its `Id` and the `SyncToken` that was read.

        Raises:
            Declined: QuickBooks refused it, such as for an old `SyncToken`.
            Unheard: what became of it is not known.
        """
        state = f"{document['Id']} {document['SyncToken']} {sorted(params.items())}"
        return self._post(entity, document, state, params)

    def _post(
        self, entity: str, document: dict[str, Any], state: str, more: dict[str, str]
    ) -> dict[str, Any]:
        ident = hashlib.sha256(f"{entity} {state}".encode()).hexdigest()[:_REQUEST_ID]
        params = {"minorversion": _MINOR_VERSION, "requestid": ident} | more
        path = f"{self._path}/{entity.lower()}"
        told = self._service.change("POST", path, params=params, body=document, repeats=True)
        if "Fault" in told:
            raise Declined(self.remote.scrubbed(_words_of(told)))
        made: dict[str, Any] = told[entity]
        return made

    def _queried(self, entity: str, where: str) -> list[dict[str, Any]]:
        """Read all pages of a query."""
        found: list[dict[str, Any]] = []
        while True:
            page = f"STARTPOSITION {len(found) + 1} MAXRESULTS {_PAGE}"
            query = f"SELECT * FROM {entity} WHERE {where} {page}"  # noqa: S608 - values are quoted by `_quoted`
            params = {"minorversion": _MINOR_VERSION, "query": query}
            told = self._service.ask("GET", f"{self._path}/query", params=params)
            if "Fault" in told:
                raise ReconError(
                    f"QuickBooks refuses a query: {self.remote.scrubbed(_words_of(told))}"
                )
            rows = told["QueryResponse"].get(entity, [])
            found += rows
            if len(rows) < _PAGE:
                return found


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _words_of(told: Any) -> str:
    """Find the errors of a fault; its name is written large or small, and it may come with status 200."""
    fault = told.get("Fault") or told.get("fault")
    errors = fault.get("Error") or fault.get("error")
    return "; ".join(
        str(e.get("Detail") or e.get("Message") or e.get("detail") or e.get("message"))
        for e in errors
    )
