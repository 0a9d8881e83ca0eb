"""Kill a ledger behind HTTP at any call, and go on as the outbox does. Shared by tests and by `benchmarks/ledgers.py`."""

from __future__ import annotations

from recon.api import Entries, Unheard


class Killed(BaseException):
    """The process is gone: nothing of the program runs after it."""


def kill_after(remote, number):
    """Die at a call, when the server has done it and the answer is on the way."""
    exchange, left = remote._exchange, [number]

    def counted(*request):
        answer = exchange(*request)
        left[0] -= 1
        if not left[0]:
            raise Killed
        return answer

    remote._exchange = counted


def deliver(ledger, entries):
    """Post as the outbox does after a crash: look up what was not heard of, post the rest. Gives the keys the ledger has."""
    found = set(ledger.find(sorted(set(entries["entry_key"]))))
    rest = entries.filter(~entries["entry_key"].is_in(sorted(found)))
    if rest.is_empty():
        return found
    outcomes = ledger.post(Entries.validate(rest))
    done = outcomes["outcome"].is_in(["accepted", "duplicate"])
    return found | set(outcomes.filter(done)["entry_key"])


def post_killed(ledger, remote, entries, number):
    """Post until the kill; says whether it came before the end."""
    kill_after(remote, number)
    try:
        ledger.post(entries)
    except (Killed, Unheard):
        return True
    return False
