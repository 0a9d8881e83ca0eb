"""The workspace: a folder with `recon.toml`, which names the files, the store, the people and their limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from recon.authority import Controls, User
from recon.errors import ConfigurationError, Place
from recon.settings import read_settings

FILE: Final = "recon.toml"
# Every key with its default and meaning, as `recon init` writes it.
TEMPLATE: Final = Path(__file__).with_suffix(".toml")


class PluginSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is a plugin here beside what is installed."""

    reconfile: bool = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of `recon.toml`; paths are meant from the folder that it lies in."""

    store: str = "recon.db"
    inbox: str = "inbox"
    # Folders of what payers and providers announce; none: nothing is received.
    remittances: str | None = None
    batches: str | None = None
    archive: str = "archive"
    reports: str = "reports"
    # A source of the books that is asked before each run; none: the files below, as they lie there.
    source: str | None = None
    open_items: str = "open_items.csv"
    customers: str | None = None
    accounts: str | None = None
    policy: str | None = None
    # Ledgers to which the daily run posts; none: entries wait until `recon post LEDGER`.
    ledgers: tuple[str, ...] = ()
    # How long one call to a ledger may take.
    ledger_seconds: int = 600
    # How far back decisions teach about payers, in days before the newest line.
    history_days: int = 730
    users: dict[str, User] = {}
    controls: Controls = Controls()
    plugins: PluginSettings = PluginSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder and its settings."""

    folder: Path
    settings: Settings

    @classmethod
    def at(cls, folder: Path) -> Workspace:
        """Open the workspace in a folder.

        Raises:
            ConfigurationError: the folder has no `recon.toml`, or a wrong one.
        """
        path = folder / FILE
        if not path.is_file():
            raise ConfigurationError(
                f"no {FILE} here: this is no workspace",
                place=Place(str(folder)),
                hint="`recon init DIR` makes one, or name it by --workspace",
            )
        hint = "`recon init` writes every key with its default and meaning"
        settings = read_settings(path, Settings, FILE, hint)
        for name in Settings.__struct_fields__:
            said = getattr(settings, name)
            if isinstance(said, str) and not said.strip():
                # An empty path would be the folder itself, of which no key is meant.
                raise ConfigurationError(
                    f"`{name}` in {FILE} is empty: it names nothing", place=Place(FILE), hint=hint
                )
        return cls(folder=folder, settings=settings)

    def path(self, name: str) -> Path:
        """Give a path of the settings from where the workspace lies."""
        return self.folder / name

    @property
    def store_url(self) -> str:
        """The store as a database URL; a plain name is an SQLite file in the workspace."""
        store = self.settings.store
        return store if "://" in store else f"sqlite:///{self.path(store)}"
