"""Call Xero's Accounting API. In: endpoints and conditions. Out: rows, or what Xero said against a document.

Source: the table in this package's README, rule by rule. In short: a bearer token and the header `xero-tenant-id`; `where` with
`==` and `OR`; pages of 100 rows; `Idempotency-Key` (at most 128 characters, known for six minutes) on writes; status 400 with
`Elements` and their `ValidationErrors`; 60 calls a minute, answered by 429 with `Retry-After`, which is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from recon.api import JsonService, Patience, Remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recon.api import Secret

# The condition stands in the URL, and servers take a few thousand characters of it.
_SOME: Final = 30
_PAGE: Final = 100
# What `where` has no agreed way to quote is not asked for, and so never found.
_UNQUOTABLE: Final = frozenset('"\\')


class Xero:
    """One organisation (tenant) of Xero."""

    def __init__(self, url: str, tenant: str, token: Secret) -> None:
        """Prepare; nothing is sent yet."""
        headers = {
            "Authorization": f"Bearer {token.reveal()}",
            "xero-tenant-id": tenant,
            "Accept": "application/json",
        }
        # The limit is of a minute, so no answer asks for a longer pause unless the day's calls are used up.
        patience = Patience(tries=8, longest_pause=90)
        self.remote = Remote(url, headers=headers, secrets=(token,), patience=patience)
        self._service = JsonService(self.remote, "Xero", "xero", _words_of)

    def find_by(
        self, endpoint: str, name: str, values: Sequence[str], *, are_ids: bool = False
    ) -> list[dict[str, Any]]:
        """Read the rows whose field has one of many values."""
        form = '{}==guid("{}")' if are_ids else '{}=="{}"'
        asked = [value for value in values if not _UNQUOTABLE & set(value)]
        found: list[dict[str, Any]] = []
        for at in range(0, len(asked), _SOME):
            where = " OR ".join(form.format(name, value) for value in asked[at : at + _SOME])
            found += self.rows(endpoint, where)
        return found

    def rows(self, endpoint: str, where: str) -> Iterator[dict[str, Any]]:
        """Read all rows of an endpoint that fulfil a condition, page by page."""
        page = 0
        while True:
            page += 1
            params = {"where": where, "page": str(page)}
            rows = self._service.ask("GET", f"/{endpoint}", params=params)[endpoint]
            yield from rows
            if len(rows) < _PAGE:
                return

    def accounts(self) -> list[dict[str, Any]]:
        """Read the chart of accounts, which has no pages."""
        rows: list[dict[str, Any]] = self._service.ask("GET", "/Accounts")["Accounts"]
        return rows

    def create(
        self,
        endpoint: str,
        documents: Sequence[dict[str, Any]],
        key: str,
        *,
        each: bool = False,
    ) -> list[dict[str, Any]]:
        """Make documents of one kind in one call.

        Args:
            endpoint: of the kind.
            documents: without ids.
            key: the same for the same call, at most 128 characters.
            each: every document is judged alone, and a refused one comes back with its errors.

        Raises:
            Declined: Xero refused one of them; others may have been made.
            Unheard: what became of it is not known.
        """
        told = self._service.change(
            "PUT",
            f"/{endpoint}",
            params={"summarizeErrors": "false"} if each else {},
            body={endpoint: list(documents)},
            headers={"Idempotency-Key": key},
            repeats=True,
        )
        made: list[dict[str, Any]] = told[endpoint]
        return made

    def delete(self, endpoint: str, name: str, ident: str) -> None:
        """Delete a document: Xero keeps it, with the status DELETED.

        Raises:
            Declined: Xero refused it.
            Unheard: what became of it is not known.
        """
        gone: dict[str, Any] = {"Status": "DELETED"}
        # Of a payment nothing but the status may be told, of a bank transaction its id as well, in a list.
        body = gone if endpoint == "Payments" else {endpoint: [{name: ident} | gone]}
        headers = {"Idempotency-Key": f"delete-{ident}"}
        self._service.change(
            "POST", f"/{endpoint}/{ident}", body=body, headers=headers, repeats=True
        )


def errors_of(row: Any) -> str:
    """Give the validation errors of a document in words; '' if it has none."""
    return "; ".join(error["Message"] for error in row.get("ValidationErrors") or [])


def _words_of(told: Any) -> object:
    """Find the validation errors of a refusal, or what it says as a whole."""
    wrong = [words for element in told.get("Elements") or [] if (words := errors_of(element))]
    return "; ".join(wrong) or told.get("Message") or told.get("Detail")
