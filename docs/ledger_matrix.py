"""Write the support matrix of `plugins/README.md`: ledgers and sources, what they can, how they are tried, and what was measured.

In: the capabilities that each ledger declares, `plugins/ledgers.toml`, `plugins/sources.toml` and `plugins/figures.json`.
Out: three tables between two marks of the page.
"""
# ruff: noqa: INP001 - docs/ holds pages and its programs; it is no package

from __future__ import annotations

import importlib
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from recon.api import ItemSource, LedgerType

ROOT: Final = Path(__file__).parent.parent
PLUGINS: Final = ROOT / "plugins"
PAGE: Final = PLUGINS / "README.md"
_TOLD: Final = ("items", "customers", "accounts", "advices", "closed")
_BEGIN: Final = "<!-- From here to the next mark it is written by `python docs/generate.py`. -->"
_END: Final = "<!-- End of what is written by `python docs/generate.py`. -->"


def page() -> str:
    """Give the whole page with its tables written anew."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return "\n".join([f"{before}{_BEGIN}", *_matrix(), *_sources(), *_figures(), f"{_END}{after}"])


def ledgers() -> list[LedgerType]:
    """Give every ledger that ships, by name."""
    return sorted(_registered("recon_register_ledgers"), key=lambda kind: kind.name)


def sources() -> list[ItemSource]:
    """Give every source that ships, by name."""
    return sorted(_registered("recon_register_sources"), key=lambda source: source.name)


def tried(page: str = "ledgers.toml") -> dict[str, dict[str, Any]]:
    """Give how each ledger, or each source (`sources.toml`), is tried."""
    return tomllib.loads((PLUGINS / page).read_text(encoding="utf-8"))


def _registered(hook: str) -> list[Any]:
    found: list[Any] = []
    for path in sorted(PLUGINS.glob("recon_*/plugin.py")):
        module = importlib.import_module(f"{path.parent.name}.plugin")
        found += getattr(module, hook, list)()
    return found


def _matrix() -> list[str]:
    how = tried()
    rows = [
        "",
        "| ledger | is | finds by key | verifies | reverses | tried against | tests |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in ledgers():
        can, told = kind.capabilities, how[kind.name]
        cells = [f"`{kind.name}`", "a file" if can.is_file else "a server"]
        cells += [_yes(can.finds_by_key), _yes(can.verifies), _yes(can.reverses)]
        cells += [told["against"], f"`{told['tests']}`"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _sources() -> list[str]:
    """Give what each source tells of the books."""
    how = tried("sources.toml")
    rows = [
        "",
        "| source | open items | customers | their accounts | advices | closed items | reads | tried against | tests |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for source in sources():
        told = how[source.name]
        cells = [f"`{source.name}`", *(_yes(one in told["tells"]) for one in _TOLD)]
        cells += [told["reads"], told["against"], f"`{told['tests']}`"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _figures() -> list[str]:
    """Give what `benchmarks/ledgers.py` measured: half is posted, the other half killed and resumed, then all sent again."""
    rows = [
        "",
        "| measured | sent | accepted | sent again: new | killed and resumed: lost, twice | its balance less ours | seconds per 1,000 |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in json.loads((PLUGINS / "figures.json").read_text(encoding="utf-8")):
        cells = [one["ledger"], one["sent"], one["accepted"], one["again_new"]]
        cells += [f"{one['lost']}, {one['twice']}", one["difference"], one["seconds_per_1000"]]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return [*rows, ""]


def _yes(can: bool) -> str:
    return "yes" if can else "no"
