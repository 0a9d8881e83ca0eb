"""A service that keeps entries by key, as `plugins/README.md` documents it, and misbehaves where a test says so."""

from __future__ import annotations

import hashlib
import hmac
import json

SECRET = "only-for-tests"


class Books:
    """The kept entries; `script` says for the next requests what goes wrong."""

    def __init__(self, script=()):
        self.kept = {}
        self.script = list(script)
        self.requests = []
        self.retry_after = "0"

    def answer(self, method, path, headers, body):
        """Answer one request."""
        self.requests.append((method, path, headers, body))
        wrong = self.script.pop(0) if self.script else ""
        undone = {
            "busy": (429, {}, {"Retry-After": self.retry_after}),
            "500": (500, {}),
            "drop": None,
        }
        if wrong in undone:
            return undone[wrong]
        self.check(method, path, headers, body)
        told = self.look(path) if method == "GET" else self.keep(headers, body)
        done = {"done, 500": (500, {}), "done, drop": None, "html": (200, b"<html>")}
        return done.get(wrong, told)

    def check(self, method, path, headers, body):
        """Recompute the signature."""
        signed = path.encode() if method == "GET" else body
        text = headers["Recon-Timestamp"].encode() + b"." + signed
        code = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
        assert headers["Recon-Signature"] == f"v1={code}"

    def look(self, path):
        kept = self.kept.get(path.removeprefix("/"))
        return (404, {}) if kept is None else (200, kept)

    def keep(self, headers, body):
        entry = json.loads(body)
        key = entry["entry_key"]
        assert headers["Idempotency-Key"] == key
        if entry["description"] == "refuse me":
            return 422, {"reason": f"no such account; you said {SECRET}"}
        if key in self.kept:
            same = {k: v for k, v in self.kept[key].items() if k != "id"} == entry
            return (200, {"id": self.kept[key]["id"]}) if same else (409, {"reason": "differs"})
        self.kept[key] = entry | {"id": f"J{len(self.kept) + 1}"}
        return 201, {"id": self.kept[key]["id"]}
