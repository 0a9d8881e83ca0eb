"""A ledger with a book of its own that fails as it is told. In: entries. Out: any answer, true or not."""

from __future__ import annotations

import polars as pl

from recon.api import LedgerCapabilities, Outcomes

# How a call of `post` ends; in parentheses, what is in the book afterwards.
MODES = (
    "ok",  # answers truly (all)
    "reject",  # refuses all (none)
    "timeout_before",  # no answer (none)
    "timeout_after",  # no answer (all)
    "unknown_before",  # says that it does not know (none)
    "unknown_after",  # says that it does not know (all)
    "half",  # takes every second one and refuses the rest (half)
    "half_then_timeout",  # no answer (half)
    "duplicate",  # says that it had all of them already (all)
    "wrong_types",  # answers by a list (all)
    "foreign_keys",  # answers for a key that nobody sent as well (all)
    "silent",  # answers for the first key alone (all)
)
# How a call of `find` ends.
FINDS = ("ok", "timeout", "foreign_keys", "wrong_types")
# Whether a second sending of one key is left out, and whether it can be asked for a key.
KINDS = {
    "keys": (True, False),
    "find": (False, True),
    "both": (True, True),
    "neither": (False,) * 2,
}


class FakeLedger:
    """A kind of ledger, its connection and its book in one; without modes left, it does as it should."""

    file_name = None

    def __init__(self, kind, modes=(), finds=(), name="fake"):
        self.name = name
        self.leaves_out, can_find = KINDS[kind]
        self.capabilities = LedgerCapabilities(False, can_find, False, False, self.leaves_out)
        self.modes = list(modes)
        self.finds = list(finds)
        self.book = []
        self.amounts = {}
        self.refused = set()
        self.sent = []

    def connect(self, options):
        return self

    def find(self, keys):
        mode = self.finds.pop(0) if self.finds else "ok"
        if mode == "timeout":
            raise TimeoutError("no answer")
        if mode == "lies":
            return {}
        if mode == "wrong_types":
            return list(keys)
        strange = {"stranger": "1"} if mode == "foreign_keys" else {}
        return {key: f"no{self.book.index(key)}" for key in keys if key in self.book} | strange

    def post(self, entries):
        keys = entries["entry_key"].unique(maintain_order=True).to_list()
        self.sent += keys
        mode = self.modes.pop(0) if self.modes else "ok"
        taken = {"reject": [], "timeout_before": [], "unknown_before": []}.get(mode, keys)
        if mode.startswith("half"):
            taken = keys[::2]
        had = set(self.book)
        self._take(taken, entries)
        if "timeout" in mode:
            raise TimeoutError("no answer")
        if mode == "wrong_types":
            return [*keys]
        return self._answer(mode, keys, set(taken), had)

    verify = reverse = post

    def _take(self, keys, entries):
        for key in keys:
            if self.leaves_out and key in self.book:
                continue
            self.book.append(key)
            mine = entries.filter(pl.col("entry_key") == key)
            for account, currency, amount in mine.select("account", "currency", "amount").rows():
                place = (account, currency)
                self.amounts[place] = self.amounts.get(place, 0) + amount

    def _answer(self, mode, keys, taken, had):
        def outcome(key):
            if mode.startswith("unknown"):
                return "unknown"
            if key not in taken:
                return "rejected"
            return "duplicate" if mode == "duplicate" or key in had else "accepted"

        rows = [{"entry_key": key, "outcome": outcome(key), "reason": mode} for key in keys]
        if mode == "silent":
            rows = rows[:1]
        else:
            self.refused |= {row["entry_key"] for row in rows if row["outcome"] == "rejected"}
        if mode == "foreign_keys":
            rows.append({"entry_key": "stranger", "outcome": "accepted", "reason": None})
        columns = ("entry_key", "outcome", "reason", "remote_id")
        return Outcomes.validate(
            pl.DataFrame(
                [{name: row.get(name) for name in columns} for row in rows],
                schema=dict.fromkeys(columns, pl.String),
            ).select(Outcomes.column_names())
        )
