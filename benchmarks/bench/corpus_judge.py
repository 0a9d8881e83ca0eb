"""Hold what was read of a real file to its expected facts. In: a case and the plugins. Out: its state and the reason for it.

Where the index is wrong, the tests of the format name the file with its proof; their lists are used here, so that table and tests
cannot say different things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.bench.corpus_reading import read_case
from recon.api import ReconError
from recon.errors import ContestedFile, PluginFailed, UnknownFormat
from tests import corpus_csv
from tests.corpus_csv_facts import PROVEN as READINGS
from tests.corpus_facts import differences
from tests.formats.bai2 import test_bai2_corpus as bai2
from tests.formats.camt import test_camt_corpus as camt
from tests.formats.cfonb import test_cfonb_corpus as cfonb
from tests.formats.ofx import test_ofx_corpus as ofx
from tests.formats.qif import test_qif_corpus as qif

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.bench.corpus_reading import Read
    from recon.api import ParsedStatements
    from recon.plugins import Plugins
    from tests.corpus_index import Case

RIGHT: Final = ("right by source", "right by index", "differs with proof")
NOTHING_IN_IT: Final = "nothing in it"
STATES: Final = (
    *RIGHT,
    "facts unknown",
    NOTHING_IN_IT,
    "with rejects",
    "refused",
    "not recognised",
    "wrong",
)

# What the tests of a format prove the index to state wrongly, as `tests.corpus_facts.differences` writes it.
PROVEN: Final[Mapping[str, list[str]]] = {
    **bai2.MISCOUNTED,
    **camt.DIFFERENT,
    **ofx.DIFFERENT,
    **ofx.ROUNDED,
    **{name: [difference] for name, difference in qif.MISCOUNTED.items()},
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one file."""

    case: Case
    state: str
    reason: str
    read: Read | None = None


def judge(case: Case, plugins: Plugins) -> Judged:
    """Read a file and hold it to every fact that the index states."""
    try:
        read = read_case(case, plugins)
    except ReconError as error:
        return Judged(case, _state_of(error, case), _first_line(error))
    state, reason = (_judge_csv if case.format == "csv" else _judge)(case, read.parsed)
    return Judged(case, state, reason, read)


def _state_of(error: ReconError, case: Case) -> str:
    if isinstance(error, PluginFailed | ContestedFile):
        return "wrong"
    if case.number("tx") == 0:
        return NOTHING_IN_IT
    return "not recognised" if isinstance(error, UnknownFormat) else "refused"


def _first_line(error: ReconError) -> str:
    # Which formats are installed says nothing of the file.
    return re.sub(r" \([^)]*\)", "", error.message.splitlines()[0], count=1)


def _judge(case: Case, parsed: ParsedStatements) -> tuple[str, str]:
    found = differences(case, parsed)
    is_proven = bool(found) and (found == PROVEN.get(case.name) or _holds_as_proven(case, parsed))
    if found and not is_proven:
        return "wrong", "; ".join(found)
    reason = "; ".join(found)
    if parsed.rejects.height:
        return "with rejects", "; ".join(filter(None, (_codes(parsed), reason)))
    if found:
        return "differs with proof", reason
    if "tx" not in case.facts:
        return "facts unknown", "the index states no count"
    return ("right by source" if case.from_source else "right by index"), ""


def _holds_as_proven(case: Case, parsed: ParsedStatements) -> bool:
    """CFONB's tests prove facts in the place of the index's."""
    return case.format == "cfonb" and not differences(cfonb.expected(case), parsed)


def _judge_csv(case: Case, parsed: ParsedStatements) -> tuple[str, str]:
    """Judge a CSV file as its tests do: a proof may be the running balance of the file itself."""
    state = corpus_csv.judge(case, parsed)
    proven = READINGS.get(case.name)
    reason = "; ".join(filter(None, (_codes(parsed), proven.why if proven else "")))
    state = "right by index" if state == "right by estimate" else state
    assert state in STATES, state
    return state, reason


def _codes(parsed: ParsedStatements) -> str:
    """Count the causes of what was refused by name."""
    counted = parsed.rejects["code"].value_counts().sort("code")
    return ", ".join(f"{count} {code}" for code, count in counted.iter_rows())
