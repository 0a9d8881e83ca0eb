"""Load plugins, each for itself. In: distributions. Out: registered objects, observers, and what became of each.

A plugin that fails at import or registration is recorded and the rest works. Order decides nothing: of two plugins,
or two objects of one kind, that share a name, none is used.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import pluggy

from recon import hookspecs, protocols
from recon.errors import ReconError, clip
from recon.plugins.blame import (
    NOBODY,
    ContractBroken,
    Owner,
    blaming,
    kind_of,
    listed,
    name_and_version,
    require,
    require_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.metadata import Distribution


class Point(Protocol):
    """Where a plugin is loaded from: an entry point, or a file."""

    @property
    def name(self) -> str:
        """The plugin's name."""
        ...

    def load(self) -> object:
        """Import the plugin."""
        ...


class Kind(NamedTuple):
    """One kind of registered object: the hook that registers it and the protocol it must satisfy."""

    name: str
    hook: str
    protocol: type


KINDS: Final = (
    Kind("format", "recon_register_formats", protocols.Format),
    Kind("source", "recon_register_sources", protocols.ItemSource),
    Kind("pass", "recon_register_passes", protocols.Pass),
    Kind("evidence", "recon_register_evidence", protocols.EvidenceSource),
    Kind("ledger", "recon_register_ledgers", protocols.LedgerType),
    Kind("report", "recon_register_reports", protocols.Report),
)
GROUP: Final = "recon"
OBSERVING: Final = frozenset({"recon_run_started", "recon_run_finished"})

# Names stand in policies, on the command line and in output, so they are plain.
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """What became of one plugin or of one object that it registered."""

    owner: Owner
    kind: str  # a name of KINDS, observer, or plugin where it could not be loaded
    name: str
    error: str | None = None


class Registered(NamedTuple):
    """One usable object under the name it had when it was checked."""

    kind: str
    name: str
    owner: Owner
    target: Any


class Loaded(NamedTuple):
    """What one plugin brought: its objects as it returned them, and its manager if it observes."""

    owner: Owner
    objects: tuple[tuple[Kind, Any], ...]
    observer: pluggy.PluginManager | None


def find_points(
    installed: Iterable[Distribution],
) -> tuple[list[tuple[Owner, Point]], list[PluginStatus]]:
    """Find the entry points of the group in every distribution, each read for itself.

    One broken file of metadata, of whatever package, stops `importlib.metadata.entry_points` as a whole; here
    it is recorded, for it may have been a plugin's. Of a distribution that is on the path twice the first counts,
    as it does for imports.
    """
    found: list[tuple[Owner, Point]] = []
    failed: list[PluginStatus] = []
    seen: set[str] = set()
    for distribution in installed:
        try:
            with blaming(NOBODY, "metadata"):
                points = [point for point in distribution.entry_points if point.group == GROUP]
        except ReconError as error:
            name, version = name_and_version(distribution)
            cause = _cause(error, NOBODY)
            failed.append(PluginStatus(Owner(name, name, version), "plugin", name, cause))
            continue
        if not points:
            continue
        name, version = name_and_version(distribution)
        canonical = re.sub(r"[-_.]+", "-", name).lower()
        if canonical in seen and name != NOBODY.distribution:
            continue
        seen.add(canonical)
        found += [(Owner(point.name, name, version), point) for point in points]
    return found, failed


def load_all(
    found: Iterable[tuple[Owner, Point]],
) -> tuple[list[Loaded], list[PluginStatus]]:
    """Load each plugin for itself, in the order of their names.

    Returns:
        What the sound ones brought, and a status for each that is not used.
    """
    by_name: defaultdict[str, list[tuple[Owner, Point]]] = defaultdict(list)
    for owner, point in found:
        by_name[point.name].append((owner, point))
    loaded: list[Loaded] = []
    failed: list[PluginStatus] = []
    for name, same in sorted(by_name.items()):
        if len(same) > 1:
            failed += [PluginStatus(owner, "plugin", name, _clash(same)) for owner, _ in same]
            continue
        owner, point = same[0]
        try:
            with blaming(owner, "loading"):
                loaded.append(_load(owner, point))
        except ReconError as error:
            failed.append(PluginStatus(owner, "plugin", name, _cause(error, owner)))
    return loaded, failed


def _clash(same: Iterable[tuple[Owner, Any]]) -> str:
    return f"the name is taken twice, so none is used: {listed(sorted(owner for owner, _ in same))}"


def _cause(error: ReconError, owner: Owner) -> str:
    # The status names the owner beside it.
    return error.message.removeprefix(f"{owner}, ")


def _load(owner: Owner, point: Point) -> Loaded:
    """Import one plugin and call its registering hooks.

    It gets a plugin manager of its own, so that its wrappers and its order reach nobody else.
    """
    plugin = point.load()
    manager = pluggy.PluginManager(hookspecs.NAMESPACE)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, owner.plugin)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        # Behind this, pluggy's text has the module with its path on this machine.
        complaint = " ".join(str(error).split(" in plugin ")[0].split())
        raise ContractBroken(complaint) from error
    callers: Iterable[pluggy.HookCaller] = manager.get_hookcallers(plugin) or ()
    implemented = {caller.name for caller in callers}
    require(bool(implemented), "it has no function that is marked with @hookimpl")
    objects: list[tuple[Kind, Any]] = []
    for kind in KINDS:
        if kind.hook in implemented:
            answers = getattr(manager.hook, kind.hook)()
            answer = answers[0] if answers else None
            if not isinstance(answer, list | tuple):
                complaint = f"{kind.hook} returned {kind_of(answer)}, not a list of objects"
                raise ContractBroken(complaint)
            objects += [(kind, one) for one in answer]
    return Loaded(owner, tuple(objects), manager if implemented & OBSERVING else None)


def register(loaded: Sequence[Loaded]) -> tuple[list[Registered], list[PluginStatus]]:
    """Judge every object by its protocol; of objects of one kind that share a name none is used.

    Returns:
        The usable objects sorted by kind and name, and a status for every object and observer.
    """
    # A plugin without objects is listed as well: as an observer, or as one that registers nothing.
    statuses = [
        PluginStatus(one.owner, "observer" if one.observer else "plugin", one.owner.plugin)
        for one in loaded
        if one.observer or not one.objects
    ]
    sound: defaultdict[tuple[str, str], list[Registered]] = defaultdict(list)
    for one in loaded:
        for kind, target in one.objects:
            try:
                with blaming(one.owner, "registration"):
                    name = _checked_name(kind, target)
            except ReconError as error:
                cause = _cause(error, one.owner)
                statuses.append(PluginStatus(one.owner, kind.name, kind_of(target), cause))
            else:
                sound[kind.name, name].append(Registered(kind.name, name, one.owner, target))
    registered: list[Registered] = []
    for (kind_name, name), same in sorted(sound.items()):
        clash = _clash((one.owner, one) for one in same) if len(same) > 1 else None
        statuses += [PluginStatus(one.owner, kind_name, name, clash) for one in same]
        registered += same if clash is None else ()
    return registered, statuses


def _checked_name(kind: Kind, target: Any) -> str:
    """Check one object against its protocol, and give its name."""
    if isinstance(target, type):
        raise ContractBroken(f"{target.__name__} is a class; return an object of it")
    require(
        isinstance(target, kind.protocol),
        f"{kind_of(target)} does not have all that a {kind.protocol.__name__} has: {_members(kind)}",
    )
    name = target.name
    require(
        isinstance(name, str) and _NAME.fullmatch(name) is not None,
        f"its name {clip(repr(name), 40)} is not made of a-z, 0-9, dot, dash and underscore",
    )
    if kind.name == "ledger":
        _check_ledger(target)
    return str(name)


def _members(kind: Kind) -> str:
    declared = {*vars(kind.protocol), *getattr(kind.protocol, "__annotations__", {})}
    return ", ".join(sorted(name for name in declared if not name.startswith("_")))


def _check_ledger(target: protocols.LedgerType) -> None:
    require_type(target.capabilities, protocols.LedgerCapabilities)
    file_name: object = target.file_name
    # The engine puts it behind the output folder, so it must not lead out of there.
    is_plain = (
        isinstance(file_name, str)
        and file_name not in {"", ".", ".."}
        and PurePath(file_name).name == file_name
        and "\\" not in file_name
    )
    require(
        is_plain if target.capabilities.is_file else file_name is None,
        f"file_name {clip(repr(file_name), 40)} must be a plain name for a file ledger, else None",
    )
