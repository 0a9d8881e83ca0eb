"""Run two programs against one server in every order of their calls. In: programs, the server's state. Out: each end, judged.

A program runs in a thread of its own and waits before each call that matters until it is let. Orders are tried depth first, from the
start each time; one that comes to a state that was seen (of the server, and of all that each program has heard) is not gone on
with, since the same must follow.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


class Died(BaseException):
    """The program is gone: nothing of it runs after it."""


@dataclass
class Program:
    """A program between two calls: `step(name, call)` is to be gone through for each call that matters."""

    name: str
    dies_at: int = 0
    heard: list[str] = field(default_factory=list)
    may_go: threading.Event = field(default_factory=threading.Event)
    waits: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    is_given_up: bool = False
    failed: BaseException | None = None

    def step(self, call):
        """Wait until it is our turn, call, and keep what was heard."""
        self._pause()
        if self.dies_at and len(self.heard) + 1 >= self.dies_at:
            call()
            raise Died
        answer = call()
        self.heard.append(repr(answer))
        return answer

    def _pause(self):
        if self.is_given_up:
            raise Died
        self.waits.set()
        assert self.may_go.wait(30), f"{self.name} is never let"
        self.may_go.clear()
        if self.is_given_up:
            raise Died

    def run(self, work):
        try:
            work(self)
        except Died:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is judged
            self.failed = error
        self.is_done = True
        self.waits.set()

    def go(self):
        """Let it make one call, and run on to the next one or to its end."""
        self.waits.clear()
        self.may_go.set()
        assert self.waits.wait(30), f"{self.name} never comes back"


def every_order(begin, judge, *, dies=("", 0)):
    """Try every order of calls.

    Args:
        begin: gives (state, works): a function that tells the server's state, and by name what each program does.
        judge: is called at each end with the order in which calls were made.
        dies: a program, and at which of its calls it dies.

    Returns:
        how many ends there were, and how many states.
    """
    seen, stack, ends = set(), [()], 0
    while stack:
        prefix = stack.pop()
        state, works = begin()
        programs = {
            name: Program(name, dies[1] if name == dies[0] else 0) for name in sorted(works)
        }
        threads = [
            threading.Thread(target=program.run, args=(works[name],), daemon=True)
            for name, program in programs.items()
        ]
        for thread in threads:
            thread.start()
        for program in programs.values():
            assert program.waits.wait(30)
        order = []
        for name in prefix:
            programs[name].go()
            order.append(name)
        is_known = False
        while not is_known and (ready := [n for n, p in programs.items() if not p.is_done]):
            heard = tuple((n, p.is_done, tuple(p.heard)) for n, p in programs.items())
            key = hash((state(), heard))
            is_known = key in seen
            if is_known:
                break
            seen.add(key)
            stack += [(*order, name) for name in ready[1:]]
            programs[ready[0]].go()
            order.append(ready[0])
        for program in programs.values():
            program.is_given_up = True
            program.may_go.set()
        for thread in threads:
            thread.join(30)
        failed = [p.failed for p in programs.values() if p.failed is not None]
        if failed:
            raise failed[0]
        if not is_known:
            ends += 1
            judge(order)
    return ends, len(seen)
