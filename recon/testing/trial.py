"""Try what is installed, as far as that needs no credentials, no sample and no ledger of anybody.

In: the plugins. Out: of each registered object what was tried, what was left out and why, and every complaint.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon.errors import ConfigurationError
from recon.testing.conformance import FOREIGN
from recon.testing.judge_conformance import check_evidence, check_pass
from recon.testing.ledger_conformance import check_ledger
from recon.testing.report_conformance import check_report
from recon.testing.verdict import NotConforming

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from recon.plugins import Plugins
    from recon.plugins.loading import Registered


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one object: `tried` and `left_out` in words, '' where there is nothing to say."""

    kind: str
    name: str
    tried: str
    left_out: str
    complaints: tuple[str, ...] = ()


def try_installed(plugins: Plugins, names: Collection[str] = ()) -> Iterator[Trial]:
    """Try every object, or those of these names.

    Args:
        plugins: what is installed.
        names: of objects or of the plugins that brought them; all if empty.
    """
    for one in plugins.registered:
        if not names or one.name in names or one.owner.plugin in names:
            yield _TRIALS[one.kind](one, plugins)


def _try_format(one: Registered, plugins: Plugins) -> Trial:
    complaints = []
    for foreign in FOREIGN:
        claims = plugins.sniff_all(foreign, "statement")
        if one.name in claims.formats:
            complaints.append(f"it claims a file that is no statement: {foreign[:30]!r}")
        complaints += [failure.message for failure in claims.failures if one.name in str(failure)]
    left_out = "reading: that needs a sample; FormatConformance does it"
    return Trial(one.kind, one.name, "claims no file of others", left_out, tuple(complaints))


def _try_source(one: Registered, _: Plugins) -> Trial:
    left_out = "fetching: that needs its options; SourceConformance does it"
    return Trial(one.kind, one.name, "", left_out)


def _try_ledger(one: Registered, plugins: Plugins) -> Trial:
    if one.target.file_name is None:
        left_out = "posting: that needs a test ledger; LedgerConformance does it"
        return Trial(one.kind, one.name, "", left_out)
    with tempfile.TemporaryDirectory(prefix="recon-kit-") as folder:
        try:
            plugins.connect(one.name, {"path": str(Path(folder) / one.target.file_name)})
        except ConfigurationError as error:
            left_out = f"posting: without options it cannot be opened ({error.message})"
            return Trial(one.kind, one.name, "", left_out)
    complaints = _complaints(check_ledger, one.target)
    return Trial(one.kind, one.name, "every rule of a ledger, in files of its own", "", complaints)


def _try_evidence(one: Registered, _: Plugins) -> Trial:
    complaints = _complaints(check_evidence, one.target, must_find=False)
    return Trial(one.kind, one.name, "every rule of a judge, on a small sample", "", complaints)


def _try_pass(one: Registered, _: Plugins) -> Trial:
    complaints = _complaints(check_pass, one.target, must_find=False)
    return Trial(one.kind, one.name, "every rule of a pass, on a small sample", "", complaints)


def _try_report(one: Registered, _: Plugins) -> Trial:
    complaints = _complaints(check_report, one.target)
    return Trial(one.kind, one.name, "every rule of a report, on a small run", "", complaints)


_TRIALS = {
    "format": _try_format,
    "source": _try_source,
    "ledger": _try_ledger,
    "evidence": _try_evidence,
    "pass": _try_pass,
    "report": _try_report,
}


def _complaints(check: Any, target: object, **how: bool) -> tuple[str, ...]:
    try:
        check(target, **how)
    except NotConforming as found:
        return tuple(str(found).splitlines())
    return ()
