"""Write the support matrix of `plugins/README.md`: ledger, capability, how it is tried, and what was measured.

In: the capabilities that each ledger declares, `plugins/ledgers.toml` and `plugins/figures.json`. Out: two tables between
two marks of the page.
"""
# ruff: noqa: INP001 - docs/ holds pages and its programs; it is no package

from __future__ import annotations

import importlib
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from recon.api import LedgerType

ROOT: Final = Path(__file__).parent.parent
PLUGINS: Final = ROOT / "plugins"
PAGE: Final = PLUGINS / "README.md"
_BEGIN: Final = "<!-- From here to the next mark it is written by `python docs/generate.py`. -->"
_END: Final = "<!-- End of what is written by `python docs/generate.py`. -->"


def page() -> str:
    """Give the whole page with its tables written anew."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return "\n".join([f"{before}{_BEGIN}", *_matrix(), *_figures(), f"{_END}{after}"])


def ledgers() -> list[LedgerType]:
    """Give every ledger that ships, by name."""
    found: list[LedgerType] = []
    for path in sorted(PLUGINS.glob("recon_*/plugin.py")):
        module = importlib.import_module(f"{path.parent.name}.plugin")
        found += getattr(module, "recon_register_ledgers", list)()
    return sorted(found, key=lambda kind: kind.name)


def tried() -> dict[str, dict[str, Any]]:
    """Give how each ledger is tried."""
    return tomllib.loads((PLUGINS / "ledgers.toml").read_text(encoding="utf-8"))


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
