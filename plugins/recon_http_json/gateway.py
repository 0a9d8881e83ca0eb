"""Send entries to a service of one's own and ask it by key. In: postings. Out: what the service said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from recon.api import ConfigurationError, ReconError
from recon.api.remote_ledger import Told
from recon_http_json.message import body_of, doubt_of, opposite_body, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api import Answer, Remote, Secret
    from recon.api.file_ledger import Posting

_LONGEST: Final = 300


class HttpJson:
    """One service; it must refuse a second entry with the same key, and find an entry by it."""

    is_idempotent = True

    def __init__(self, remote: Remote, secret: Secret) -> None:
        """Keep the connection and the secret of the signatures."""
        self._remote = remote
        self._secret = secret

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Ask for each key."""
        kept = ((key, self._kept(key)) for key in keys)
        return {key: str(told.get("id", key)) for key, told in kept if told is not None}

    def refuse(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, str]:  # noqa: ARG002 - the service says itself what it does not take
        """Refuse nothing: the service says what it does not take."""
        return {}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Send one entry, signed."""
        return self._sent(entry[0].entry_key, body_of(entry))

    def doubt(self, key: str, remote_id: str) -> str:  # noqa: ARG002 - asked by our own key
        """Compare what the service gives back with what an entry has to be."""
        return doubt_of(self._kept(key), key)

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:  # noqa: ARG002 - asked by our own key
        """Send the opposite of what the service has."""
        kept = self._kept(key)
        if kept is None:
            return Told("rejected", "the ledger has no such key")
        told = self._sent(as_key, opposite_body(kept, as_key))
        return told._replace(remote_id=told.remote_id or as_key)

    def _sent(self, key: str, body: bytes) -> Told:
        # The service refuses an old signature; nothing that is kept depends on this clock.
        headers = signed(body, key, self._secret, int(time.time()))  # noqa: TID251
        answer = self._remote.write("POST", "", content=body, headers=headers)
        match answer.status:
            case 201:
                return Told("accepted", None, _id(answer, key))
            case 200:
                return Told("duplicate", "the ledger has this key", _id(answer, key))
            case 202:
                return Told("needs_confirmation", self._reason(answer), None)
            case 409:
                return Told(
                    "needs_confirmation", f"another entry has this key: {self._reason(answer)}"
                )
            case 400 | 413 | 422:
                return Told("rejected", self._reason(answer))
            case _:
                raise self._refused(answer)

    def _kept(self, key: str) -> dict[str, Any] | None:
        """Give what the service has under a key; None if it has nothing.

        Raises:
            ReconError: it did not say.
        """
        # The path is signed in place of a body, so that nobody else can read the books.
        seconds = int(time.time())  # noqa: TID251 - as above
        path = f"/{quote(key, safe='')}"
        headers = signed(path.encode(), key, self._secret, seconds)
        answer = self._remote.read("GET", path, headers=headers)
        if answer.status == 404:
            return None
        if not answer.is_good:
            raise self._refused(answer)
        told = answer.json()
        if not isinstance(told, dict):
            raise ReconError("the ledger's answer is no JSON object")
        return told

    def _reason(self, answer: Answer) -> str:
        try:
            told = answer.json()
        except ReconError:
            return self._remote.explain(answer)
        reason = told.get("reason") if isinstance(told, dict) else None
        return self._remote.scrubbed(str(reason or f"status {answer.status}"))[:_LONGEST]

    def _refused(self, answer: Answer) -> ReconError:
        said = f"the ledger refuses this: {self._remote.explain(answer)}"
        if answer.status in {401, 403}:
            return ConfigurationError(said, hint="look at `url` and the secret of the signature")
        return ReconError(said)


def _id(answer: Answer, key: str) -> str:
    try:
        told = answer.json()
    except ReconError:
        return key
    return str(told.get("id", key)) if isinstance(told, dict) else key
