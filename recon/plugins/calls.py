"""Call plugins by the names of their objects. In: frames and options. Out: checked frames, or `PluginFailed`."""

from __future__ import annotations

import logging
from copy import deepcopy
from importlib.metadata import distributions
from typing import TYPE_CHECKING, Any

from recon import protocols
from recon.errors import ConfigurationError, Place, ReconError
from recon.frames.evidence import Evidence
from recon.frames.proposals import ProposedSets
from recon.plugins.beside import find_beside
from recon.plugins.blame import Owner, blaming, kind_of, require_type
from recon.plugins.contracts import (
    checked,
    checked_books,
    copied,
    require_known,
)
from recon.plugins.formats import FormatCalls
from recon.plugins.ledgers import LedgerCalls
from recon.plugins.loading import (
    KINDS,
    Kind,
    Loaded,
    PluginStatus,
    Registered,
    find_points,
    load_all,
    register,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from importlib.metadata import Distribution
    from pathlib import Path

    import dataframely as dy
    import pluggy

    from recon.frames.items import Items
    from recon.frames.lines import Lines
    from recon.frames.parties import Parties
    from recon.protocols import Books, Options, RunView

_log = logging.getLogger(__name__)


class Plugins(FormatCalls, LedgerCalls):
    """The usable plugins, sorted by name; all calls into them go through here."""

    def __init__(
        self,
        registered: Iterable[Registered] = (),
        observers: Iterable[tuple[Owner, pluggy.PluginManager]] = (),
        statuses: Iterable[PluginStatus] = (),
    ) -> None:
        super().__init__(registered, statuses)
        self._observers = tuple(observers)

    @classmethod
    def discover(
        cls, installed: Iterable[Distribution] | None = None, *, beside: Path | None = None
    ) -> Plugins:
        """Load every plugin of the entry-point group `recon`; a failing one is recorded, the rest works.

        Args:
            installed: distributions to look into in place of all that are on the path.
            beside: a folder whose `reconfile.py` is a plugin too.

        Raises:
            ConfigurationError: that file is not there, or others than its owner may write it.
        """
        found, unreadable = find_points(distributions() if installed is None else installed)
        own = [] if beside is None else [find_beside(beside)]
        loaded, failed = load_all([*found, *own])
        registered, judged = register(loaded)
        observers = [(one.owner, one.observer) for one in loaded if one.observer]
        return cls(registered, observers, unreadable + failed + judged)

    @classmethod
    def for_tests(cls, objects: Iterable[object]) -> Plugins:
        """Build one from objects alone; each is registered under every protocol that it satisfies.

        Raises:
            ConfigurationError: an object satisfies no protocol, or two of one kind share a name.
        """
        pairs: list[tuple[Kind, Any]] = []
        for one in objects:
            fitting = [(kind, one) for kind in KINDS if isinstance(one, kind.protocol)]
            if not fitting:
                raise ConfigurationError(f"{kind_of(one)} satisfies no protocol")
            pairs += fitting
        registered, statuses = register([Loaded(Owner("tests", "tests", "0"), tuple(pairs), None)])
        plugins = cls(registered, (), statuses)
        for status in plugins.failures:
            raise ConfigurationError(f"{status.kind} {status.name}: {status.error}")
        return plugins

    def fetch(self, name: str, as_of: dt.date | None, options: Options) -> Books:
        """Let a source fetch the books' side as of a date."""
        one = self._find("source", name)
        with blaming(one.owner, f"fetch of {name}"):
            return checked_books(one.target.fetch(as_of, deepcopy(dict(options))))

    def advice_source(self, head: bytes, file_name: str) -> str | None:
        """Name the source that reads a file of remittance advices; None if no source claims it.

        Raises:
            ConfigurationError: two sources claim it.
            PluginFailed: a source failed.
        """
        claims: list[str] = []
        for name in self.names("source"):
            one = self._find("source", name)
            if isinstance(one.target, protocols.ReadsAdvices):
                with blaming(one.owner, f"claims_advice of {name}", Place(file_name)):
                    answer = one.target.claims_advice(head, file_name)
                    require_type(answer, bool)
                    claims += [name] if answer else []
        if len(claims) > 1:
            raise ConfigurationError(
                f"the sources {' and '.join(claims)} both claim {file_name}",
                hint="uninstall one of them: order never decides",
            )
        return claims[0] if claims else None

    def find_evidence(
        self,
        name: str,
        lines: dy.DataFrame[Lines],
        items: dy.DataFrame[Items],
        parties: dy.DataFrame[Parties],
    ) -> dy.DataFrame[Evidence]:
        """Let a judge find evidence; it may speak of the given lines and items only."""
        one = self._find("evidence", name)
        with blaming(one.owner, f"find of {name}"):
            found = one.target.find(lines.clone(), items.clone(), parties.clone())
            evidence = checked(found, Evidence)
            require_known(evidence["line_id"], lines["line_id"])
            require_known(evidence["item_id"], items["item_id"])
            return evidence

    def propose(
        self,
        name: str,
        lines: dy.DataFrame[Lines],
        items: dy.DataFrame[Items],
        parties: dy.DataFrame[Parties],
    ) -> dy.DataFrame[ProposedSets]:
        """Let a pass propose sets of items; it may name the given lines and items only."""
        one = self._find("pass", name)
        with blaming(one.owner, f"propose of {name}"):
            made = one.target.propose(lines.clone(), items.clone(), parties.clone())
            sets = checked(made, ProposedSets)
            require_known(sets["line_id"], lines["line_id"])
            require_known(sets["item_id"], items["item_id"])
            return sets

    def render(self, name: str, view: RunView, out: Path) -> None:
        """Let a report write its files into the folder `out`."""
        one = self._find("report", name)
        with blaming(one.owner, f"render of {name}"):
            one.target.render(copied(view), out)

    def run_started(self, run_id: str) -> None:
        """Tell every observer that a run has started; one that fails is logged by name."""
        self._observe(lambda manager: manager.hook.recon_run_started(run_id=run_id))

    def run_finished(self, run_id: str, view: RunView) -> None:
        """Tell every observer that a run is complete; one that fails is logged by name."""
        self._observe(
            lambda manager: manager.hook.recon_run_finished(run_id=run_id, view=copied(view))
        )

    def _observe(self, call: Callable[[pluggy.PluginManager], object]) -> None:
        for owner, manager in self._observers:
            try:
                with blaming(owner, "observing the run"):
                    call(manager)
            except ReconError as error:
                _log.warning("%s", error.message)
