"""The code keeps the house rules. Each exception is listed here with its reason, and a reason that is no longer needed fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.architecture import rules
from tests.architecture.project import SHIPPED, modules, under

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Rule = Callable[[rules.Module], Iterator[str]]

PROBABILITY = "probabilities and bits of evidence are no money"
FLOATS_ALLOWED: Final = {
    "recon/match/evidence/absent.py": PROBABILITY,
    "recon/match/evidence/new_clients.py": PROBABILITY,
    "recon/match/decision/programs.py": "HiGHS counts in floats; solve.py checks to the minor unit",
    "recon/match/decision/refunds.py": PROBABILITY,
    "recon/match/decision/shares.py": PROBABILITY,
    "recon/match/evidence/batch_lines.py": PROBABILITY,
    "recon/match/evidence/rarity.py": PROBABILITY,
    "recon/match/proposals/choice.py": PROBABILITY,
    "recon/match/evidence/settle.py": PROBABILITY,
    "recon/match/decision/score.py": PROBABILITY,
    "recon/match/evidence/parties.py": PROBABILITY,
    "recon/match/proposals/habits.py": PROBABILITY,
    "recon/match/evidence/sisters.py": PROBABILITY,
    "recon/match/evidence/names.py": PROBABILITY,
    "recon/match/evidence/customer_numbers.py": PROBABILITY,
    "recon/match/evidence/references.py": PROBABILITY,
    "recon/match/evidence/lists.py": PROBABILITY,
    "recon/match/evidence/cut.py": PROBABILITY,
    "recon/match/proposals/sets.py": PROBABILITY,
    "recon/match/decision/solve.py": "the solver weighs bits, and shares of an item from 0 to 1",
    "recon/run/daily/settling.py": "seconds since a file was written to",
    "recon/settings.py": "TOML gives floats; their own text becomes Decimal",
    "recon/report/workbook.py": "margins of a printed page, in inches",
    "formats/recon_csv/sniff.py": "a share of rows is no money",
    "plugins/recon_item_file/parquet.py": "a float column is recognised; its text must be exact to the cent",
    "recon/report/bounds.py": "bounds of a share are no money",
    "recon/run/proof.py": "bounds of a share are no money",
    "recon/report/calibration.py": "shares of sets that are right are no money",
    "recon/report/reliability.py": "places on a drawing, and shares",
    "recon/report/quality.py": "shares and calibration errors are no money",
}
ROW_LOOPS_ALLOWED: Final = {
    "recon/match/proposals/combine.py": "each pool of more than a dozen items is a search of its own",
    "recon/match/evidence/payers.py": "payers meet their items in blocks of a hundred thousand",
    "recon/match/decision/assign.py": "the disputed residue alone, component by component, is solved row by row",
}
PRINTS_ALLOWED: Final = {"benchmarks": "its scripts are programs of their own"}
CATCH_ALLS_ALLOWED: Final = {
    "recon/plugins": "the one trust boundary: whatever foreign code raises is named as the plugin's",
}


@pytest.mark.parametrize(
    ("rule", "folders", "allowed"),
    [
        (rules.long_functions, (*SHIPPED, "benchmarks", "docs", "tests"), {}),
        (rules.long_files, SHIPPED, {}),
        (rules.floats, SHIPPED, FLOATS_ALLOWED),
        (rules.row_loops, ("recon/match", "recon/normalise"), ROW_LOOPS_ALLOWED),
        (rules.prints, (*SHIPPED, "benchmarks", "docs"), PRINTS_ALLOWED),
        (rules.catch_alls, (*SHIPPED, "benchmarks", "docs"), CATCH_ALLS_ALLOWED),
        (rules.unfinished, (*SHIPPED, "benchmarks", "docs", "tests", "fixtures"), {}),
        (rules.missing_docstring, (*SHIPPED, "benchmarks", "docs"), {}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_code_keeps_the_rule(
    rule: Rule, folders: tuple[str, ...], allowed: Mapping[str, str]
) -> None:
    looked_at = modules(*folders)
    found = [(module, finding) for module in looked_at for finding in rule(module)]
    broken = [finding for module, finding in found if not under(module, allowed)]
    stale = [place for place in allowed if not any(under(module, [place]) for module, _ in found)]

    assert looked_at, f"no Python file in {folders}: the rule was not tried"
    assert not broken, "\n".join(broken)
    assert not stale, f"these need their exception no more; take them off the list: {stale}"


BAD: Final[Iterable[tuple[Rule, str, str]]] = [
    (rules.long_functions, "def f():\n" + "    x = 1\n" * 70, "f has 71 lines"),
    (rules.long_files, "x = 1\n" * 401, "401 lines of at most 400"),
    (rules.floats, "x = 0.1\n", "the float 0.1"),
    (rules.floats, "def f(x): return float(x)\n", "float near money"),
    (rules.floats, "import polars as pl\nx = pl.Float64\n", "Float64"),
    (rules.row_loops, "for row in frame.iter_rows(): pass\n", ".iter_rows()"),
    (rules.row_loops, "x = pl.col('a').map_elements(f)\n", ".map_elements()"),
    (rules.prints, "print('x')\n", "print()"),
    (rules.catch_alls, "try:\n    f()\nexcept Exception:\n    pass\n", "catches any"),
    (
        rules.catch_alls,
        "try:\n    f()\nexcept (OSError, BaseException):\n    pass\n",
        "catches any",
    ),
    (rules.catch_alls, "try:\n    f()\nexcept:\n    pass\n", "catches any"),
    (rules.unfinished, "raise NotImplemented" + "Error\n", "finish it"),
    (rules.unfinished, "# TO" + "DO later\n", "finish it"),
    (rules.missing_docstring, "x = 1\n", "no docstring"),
]


@pytest.mark.parametrize(("rule", "text", "said"), BAD)
def test_each_rule_finds_what_it_is_for(rule: Rule, text: str, said: str) -> None:
    findings = list(rule(rules.Module.of("recon/bad.py", text)))

    assert len(findings) == 1
    assert findings[0].startswith("recon/bad.py")
    assert said in findings[0]
    assert ";" in findings[0], "a finding says what to do instead"


@pytest.mark.parametrize(("rule", "text", "said"), BAD)
def test_no_rule_finds_anything_in_sound_code(rule: Rule, text: str, said: str) -> None:
    sound = '"""A room."""\n\nTOTAL = 12_34\n\ndef f(frame):\n    return frame.sort("line")\n'

    assert list(rule(rules.Module.of("recon/good.py", sound))) == []
