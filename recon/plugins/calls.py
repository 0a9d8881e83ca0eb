"""Call plugins by the names of their objects. In: frames and options. Out: checked frames, or `PluginFailed`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib.metadata import distributions
from typing import TYPE_CHECKING, Any

from recon import protocols
from recon.errors import ConfigurationError, Place, ReconError
from recon.frames.evidence import Evidence
from recon.frames.outcomes import Outcomes
from recon.frames.proposals import ProposedSets
from recon.plugins.beside import find_beside
from recon.plugins.blame import Owner, blaming, kind_of, listed, require, require_type
from recon.plugins.claims import Claims, Opinion
from recon.plugins.contracts import (
    checked,
    checked_books,
    checked_statements,
    copied,
    require_known,
)
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
from recon.plugins.patience import Patience
from recon.plugins.together import read_together

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from importlib.metadata import Distribution
    from pathlib import Path

    import dataframely as dy
    import pluggy

    from recon.frames.entries import Entries
    from recon.frames.items import Items
    from recon.frames.lines import Lines
    from recon.frames.parties import Parties
    from recon.protocols import Books, Options, ParsedStatements, RunView, SourceFile

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """A ledger that was connected to, with the name it is known by."""

    name: str
    connection: protocols.Ledger
    patience: Patience | None = None

    def call(self, function: Callable[[], Any]) -> Any:
        """Call into the ledger, within its time where it has any."""
        return function() if self.patience is None else self.patience.call(function)

    def close(self) -> None:
        """Call no more."""
        if self.patience is not None:
            self.patience.end()


class Plugins:
    """The usable plugins, sorted by name; all calls into them go through here."""

    def __init__(
        self,
        registered: Iterable[Registered] = (),
        observers: Iterable[tuple[Owner, pluggy.PluginManager]] = (),
        statuses: Iterable[PluginStatus] = (),
    ) -> None:
        self._registered = {(one.kind, one.name): one for one in registered}
        self._observers = tuple(observers)
        self.statuses = tuple(sorted(statuses, key=lambda s: (s.kind, s.name, s.owner)))

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

    @property
    def failures(self) -> tuple[PluginStatus, ...]:
        """The plugins and objects that are not used, each with its error."""
        return tuple(status for status in self.statuses if status.error is not None)

    @property
    def registered(self) -> tuple[Registered, ...]:
        """The usable objects, sorted by kind and name."""
        return tuple(one for _, one in sorted(self._registered.items()))

    def names(self, kind: str) -> tuple[str, ...]:
        """Give the names of the usable objects of one kind, sorted."""
        return tuple(sorted(name for of_kind, name in self._registered if of_kind == kind))

    def owner(self, kind: str, name: str) -> Owner:
        """Say which plugin an object comes from."""
        return self._find(kind, name).owner

    def ledger_type(self, name: str) -> protocols.LedgerType:
        """Give a ledger's declaration, for its file name and capabilities; calls go through `connect`.

        Raises:
            ConfigurationError: no usable ledger has this name.
        """
        target: protocols.LedgerType = self._find("ledger", name).target
        return target

    def sniff_all(self, head: bytes, file_name: str) -> Claims:
        """Ask every format whether a file is its own.

        A sniffer that fails claims nothing: the caller reports it, and the file is judged by the others.

        Args:
            head: the first 64 KiB of the file.
            file_name: the file's name; formats decide by content.
        """
        claims: list[str] = []
        failures: list[ReconError] = []
        for name in self.names("format"):
            one = self._find("format", name)
            try:
                with blaming(one.owner, f"sniff of {name}", Place(file_name)):
                    answer = one.target.sniff(head, file_name)
                    require_type(answer, bool)
            except ReconError as error:
                failures.append(error)
            else:
                claims += [name] if answer else []
        return Claims(tuple(claims), tuple(failures))

    def opinions(self, head: bytes, file_name: str) -> tuple[Opinion, ...]:
        """Ask every format what it says of a file, and why.

        Args:
            head: the first 64 KiB of the file.
            file_name: the file's name; formats decide by content.
        """
        return tuple(self._opinion(name, head, file_name) for name in self.names("format"))

    def _opinion(self, name: str, head: bytes, file_name: str) -> Opinion:
        one = self._find("format", name)
        try:
            with blaming(one.owner, f"sniff of {name}", Place(file_name)):
                claims = one.target.sniff(head, file_name)
                require_type(claims, bool)
                because = ""
                if isinstance(one.target, protocols.ExplainsClaim):
                    because = one.target.explain(head, file_name)
                    require_type(because, str)
        except ReconError as error:
            return Opinion(name, None, error.message)
        return Opinion(name, claims, because)

    def draft(self, name: str, source: SourceFile) -> str | None:
        """Let a format propose options for a file, as TOML; None if it never does."""
        one = self._find("format", name)
        if not isinstance(one.target, protocols.DraftsOptions):
            return None
        with blaming(one.owner, f"draft of {name}", Place(source.name)):
            text = one.target.draft(source)
            require_type(text, str)
            return text

    def read(self, name: str, source: SourceFile, options: Options) -> ParsedStatements:
        """Let a format read one file, and check frames, keys and counts.

        Raises:
            PluginFailed: it raised, returned something else than the contract says, or lost a record.
            ReconError: the cause that the format named itself.
        """
        one = self._find("format", name)
        with blaming(one.owner, f"read of {name}", Place(source.name)):
            return checked_statements(one.target.read(source, deepcopy(dict(options))))

    def read_many(
        self, name: str, sources: Sequence[SourceFile], options: Options
    ) -> list[ParsedStatements | ReconError]:
        """Let a format read several files, together where it can; what `read` would raise of one is its answer."""
        together = read_together(self._find("format", name), sources, options)
        return [
            self._tried(name, source, options) if parsed is None else parsed
            for source, parsed in zip(sources, together, strict=True)
        ]

    def _tried(
        self, name: str, source: SourceFile, options: Options
    ) -> ParsedStatements | ReconError:
        try:
            return self.read(name, source, options)
        except ReconError as error:
            return error

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

    def connect(self, name: str, options: Options, *, seconds: int | None = None) -> OpenLedger:
        """Open a ledger.

        Args:
            name: the ledger's.
            options: `[ledgers.NAME]` of the policy, for a file ledger with `path`.
            seconds: how long a call may take, this one and each later one; None: as long as it likes.
        """
        one = self._find("ledger", name)
        patience = None if seconds is None else Patience(seconds)
        try:
            with blaming(one.owner, f"connect of {name}"):
                given = deepcopy(dict(options))
                connection = (
                    one.target.connect(given)
                    if patience is None
                    else patience.call(lambda: one.target.connect(given))
                )
                require_type(connection, protocols.Ledger)
        except ReconError:
            if patience is not None:
                patience.end()
            raise
        return OpenLedger(name, connection, patience)

    def find(self, ledger: OpenLedger, keys: Sequence[str]) -> dict[str, str]:
        """Ask a ledger which of these entries it has; its answer names no other key."""
        with blaming(self.owner("ledger", ledger.name), f"find of {ledger.name}"):
            found = ledger.call(lambda: ledger.connection.find(list(keys)))
            require_type(found, Mapping)
            told = {str(key): str(remote) for key, remote in found.items()}
            strange = sorted(set(told) - set(keys))
            require(not strange, f"it names keys that nobody asked for: {listed(strange)}")
            return told

    def post(self, ledger: OpenLedger, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Post entries; the ledger must answer for every key, and for no other."""
        return self._answered(ledger, "post", entries)

    def verify(
        self, ledger: OpenLedger, receipts: dy.DataFrame[Outcomes]
    ) -> dy.DataFrame[Outcomes]:
        """Let a ledger say again what became of entries; one answer for each receipt, and for no other."""
        return self._answered(ledger, "verify", receipts)

    def reverse(
        self, ledger: OpenLedger, receipts: dy.DataFrame[Outcomes]
    ) -> dy.DataFrame[Outcomes]:
        """Let a ledger post the opposite of entries; one answer for each receipt, and for no other."""
        return self._answered(ledger, "reverse", receipts)

    def _answered(
        self, ledger: OpenLedger, call: str, sent: dy.DataFrame[Any]
    ) -> dy.DataFrame[Outcomes]:
        """Call a ledger with a frame of keys; it must answer for every key, and for no other."""
        with blaming(self.owner("ledger", ledger.name), f"{call} of {ledger.name}"):
            made = ledger.call(lambda: getattr(ledger.connection, call)(sent.clone()))
            outcomes = checked(made, Outcomes)
            require_known(outcomes["entry_key"], sent["entry_key"])
            silent = sorted(set(sent["entry_key"]) - set(outcomes["entry_key"]))
            require(not silent, f"{len(silent)} entries have no outcome: {listed(silent)}")
            return outcomes

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

    def _find(self, kind: str, name: str) -> Registered:
        try:
            return self._registered[kind, name]
        except KeyError:
            there = ", ".join(self.names(kind)) or "none"
            raise ConfigurationError(
                f"no {kind} is called {name!r}; there are: {there}",
                hint="`recon plugins` lists what is installed and what has failed",
            ) from None
