"""Call Tryton over JSON-RPC. In: methods of its models. Out: their results, or what Tryton said against it.

Source: the protocol of Tryton 8.0 as it was recorded (`tests/plugins/ledgers/tryton/`): `POST /DATABASE/rpc/`, a session
by `common.db.login`, decimals and dates as objects with `__class__`. No line of Tryton is imported.
"""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from recon.api import ConfigurationError, Patience, ReconError, Remote, Unheard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import Answer, Secret

# Tryton's own words for "it was rolled back because of somebody else; try again".
_COLLISIONS: Final = frozenset({"ConcurrencyException", "TimeoutException", "RateLimitException"})
_NO_SESSION: Final = 401
_SOME: Final = 1_000
_MOMENT: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class Declined(Exception):
    """Tryton refused what was asked: a rule of its models speaks against it."""


class Warned(Exception):
    """Tryton asks whether it is really meant; a person has to say."""


class Rpc:
    """A session with one database."""

    def __init__(
        self, url: str, database: str, user: str, password: Secret, *, tables: str = "ledgers"
    ) -> None:
        """Prepare; the first call logs in. `tables` says whose options these are: of ledgers or sources."""
        self._remote = Remote(url, secrets=(password,), patience=Patience(seconds=120))
        self._path = f"/{database}/rpc/"
        self._user = user
        self._password = password
        self._tables = tables
        self._session = ""
        self._context: dict[str, Any] = {}

    def search_read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], **options: Any
    ) -> list[dict[str, Any]]:
        """Read the records of a model that fulfil a domain; all of them unless `limit` says less."""
        order, limit = options.get("order"), options.get("limit")
        method = f"model.{model}.search_read"
        found: list[dict[str, Any]] = self.read(method, domain, 0, limit, order, list(fields))
        return found

    def count(self, model: str, domain: Sequence[Any]) -> int:
        """Count the records of a model that fulfil a domain."""
        return int(self.read(f"model.{model}.search_count", domain))

    def find_by(
        self, model: str, name: str, values: Sequence[Any], fields: Sequence[str], *more: Any
    ) -> list[dict[str, Any]]:
        """Read the records whose field has one of many values."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(values), _SOME):
            domain = [[name, "in", list(values[at : at + _SOME])], *more]
            found += self.search_read(model, domain, fields, order=[["id", "ASC"]])
        return found

    def read(self, method: str, *params: Any) -> Any:
        """Call a method that changes nothing."""
        return self._call(method, params, is_harmless=True)

    def write(self, method: str, *params: Any, once: bool = False) -> Any:
        """Call a method that changes something, in a transaction of its own.

        Args:
            method: of a model or wizard.
            *params: as it takes them.
            once: it is begun now or never, even where Tryton cannot be reached.

        Raises:
            Declined: Tryton refused it.
            Warned: Tryton asks whether it is meant.
            Unheard: what became of it is not known.
        """
        return self._call(method, params, is_harmless=False, once=once)

    def run_wizard(self, name: str, state: str, values: dict[str, Any], records: Any) -> None:
        """Go through one state of a wizard on some records of a model: (model, ids)."""
        model, ids = records
        session, start, _ = self.write(f"wizard.{name}.create")
        active = {"active_model": model, "active_ids": list(ids), "active_id": ids[0]}
        answers = {start: values} if values else {}
        try:
            self.write(f"wizard.{name}.execute", session, answers, state, active)
        finally:
            self.write(f"wizard.{name}.delete", session)

    def _call(
        self, method: str, params: Sequence[Any], *, is_harmless: bool, once: bool = False
    ) -> Any:
        if not self._session:
            self._log_in()
        answer = self._send(method, params, is_harmless=is_harmless, once=once)
        if answer.status == _NO_SESSION:
            # The server was started again, or the session is too old; nothing was carried out.
            self._log_in()
            answer = self._send(method, params, is_harmless=is_harmless, once=once)
        return _result(answer, method, self._remote)

    def _send(self, method: str, params: Sequence[Any], *, is_harmless: bool, once: bool) -> Answer:
        given = list(params)
        context = dict(self._context)
        # Of a wizard the records are told in the context.
        if method.startswith("wizard.") and given and isinstance(given[-1], dict):
            context |= given.pop() if "active_model" in given[-1] else {}
        body = {"id": 1, "method": method, "params": [*given, context]}
        headers = {"Authorization": f"Session {self._session}"}
        if is_harmless:
            return self._remote.read("POST", self._path, json=body, headers=headers)
        return self._remote.write("POST", self._path, once=once, json=body, headers=headers)

    def _log_in(self) -> None:
        params = [self._user, {"password": self._password.reveal()}, "en"]
        body = {"id": 0, "method": "common.db.login", "params": params}
        answer = self._remote.read("POST", self._path, json=body)
        result = answer.json().get("result") if answer.is_good else None
        if not result:
            raise ConfigurationError(
                f"Tryton lets {self._user!r} not in (status {answer.status})",
                hint=f"look at database, user and password under [{self._tables}.tryton]",
            )
        named = f"{self._user}:{result[0]}:{result[1]}"
        self._session = base64.b64encode(named.encode()).decode()
        self._context = {}
        self._context = self.read("model.res.user.get_preferences", True)


def decimal(text: str) -> dict[str, str]:
    """Write an amount as Tryton reads it."""
    return {"__class__": "Decimal", "decimal": text}


def day(date: dt.date) -> dict[str, Any]:
    """Write a date as Tryton reads it."""
    return {"__class__": "date", "year": date.year, "month": date.month, "day": date.day}


def number_of(value: Any) -> str:
    """Read an amount that Tryton wrote."""
    return str(value["decimal"])


def moment(value: dt.datetime) -> dict[str, Any]:
    """Write a moment as Tryton reads it."""
    return {"__class__": "datetime"} | {name: getattr(value, name) for name in _MOMENT}


def moment_of(value: Any) -> dt.datetime:
    """Read a moment that Tryton wrote."""
    year, month, day_, hour, minute, second, micro = (int(value[name]) for name in _MOMENT)
    return dt.datetime(year, month, day_, hour, minute, second, micro, tzinfo=dt.UTC)


def _result(answer: Answer, method: str, remote: Remote) -> Any:
    if not answer.is_good:
        raise ReconError(f"Tryton refuses {method}: {remote.explain(answer)}")
    told = answer.json()
    if "error" not in told:
        return told["result"]
    kind, *rest = told["error"] if isinstance(told["error"], list) else [str(told["error"])]
    said = rest[0] if rest else ""
    words = " ".join(str(said[0] if isinstance(said, list) and said else said).split())
    if kind == "UserError":
        raise Declined(remote.scrubbed(words))
    if kind == "UserWarning":
        # A warning is [id, message, description]; the id means nothing to a person.
        raise Warned(remote.scrubbed(" ".join(str(said[1]).split())))
    if kind in _COLLISIONS:
        raise Unheard(f"Tryton says {kind}")
    raise ReconError(f"Tryton fails in {method}: {kind} {remote.scrubbed(words)}".strip())
