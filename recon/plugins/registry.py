"""Hold what was registered, by kind and name. In: usable objects. Out: one of them, or that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.plugins.blame import Owner
    from recon.plugins.loading import PluginStatus, Registered


class Registry:
    """The usable objects, sorted by kind and name, and what became of every plugin."""

    def __init__(
        self, registered: Iterable[Registered] = (), statuses: Iterable[PluginStatus] = ()
    ) -> None:
        self._registered = {(one.kind, one.name): one for one in registered}
        self.statuses = tuple(sorted(statuses, key=lambda s: (s.kind, s.name, s.owner)))

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

    def _find(self, kind: str, name: str) -> Registered:
        try:
            return self._registered[kind, name]
        except KeyError:
            there = ", ".join(self.names(kind)) or "none"
            raise ConfigurationError(
                f"no {kind} is called {name!r}; there are: {there}",
                hint="`recon plugins` lists what is installed and what has failed",
            ) from None
