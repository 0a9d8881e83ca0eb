"""Change the rules of the matcher one at a time, and count the changes that its quick tests notice.

make mutants                                         installs mutmut apart, and writes the table and the list of survivors
python benchmarks/mutants.py --mutmut PYTHON         prints only; PYTHON has benchmarks/mutants.lock beside the tests' needs
python benchmarks/mutants.py --mutmut PYTHON --only assign --most 500 --seed 2      all of one module, or another sample

mutmut makes the mutants and forks a process for each; this script copies the checkout, samples by a seed, and counts. A
mutant is one change of one expression: a comparison turned, a constant moved, an argument left out. Only the quick tests
named here are asked, so that a mutant which survives may still be noticed by the slower ones.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.bench.machine import describe_machine
from benchmarks.bench.table import markdown, measured_on, write_table

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = Path(__file__).resolve().with_name("README.md")
SURVIVORS: Final = Path(__file__).resolve().with_name("survivors.diff")
_COPIED: Final = ("recon", "tests", "fixtures", "benchmarks", "formats", "plugins")
_DECISION: Final = ("tests/match/decision", "tests/match/test_ledger.py", "tests/scenarios")
# Each module, and the quick tests that state its rules.
MODULES: Final = {
    "score": ("recon/match/decision/score.py", _DECISION),
    "assign": ("recon/match/decision/assign.py", ("tests/match/decision",)),
    "solve": ("recon/match/decision/solve.py", ("tests/match/decision",)),
    "decide": ("recon/match/decision/decide.py", _DECISION),
    "subset": (
        "recon/match/proposals/subsets.py",
        ("tests/match/proposals/test_subsets.py", "tests/match/proposals/test_choice.py"),
    ),
}
# What mutmut's exit codes of a mutant's tests mean; 36 and 24 are a clock's, 255 a timeout's.
_KILLED: Final = (1, 3)
_TIMED_OUT: Final = (36, 24, 152, 255, -24)
_SETTINGS: Final = """
[tool.mutmut]
source_paths = ["recon"]
only_mutate = [{module}]
also_copy = [{copied}]
pytest_add_cli_args = ["-p", "no:randomly", "-m", "not slow and not nightly and not release"]
pytest_add_cli_args_test_selection = [{tests}]
process_isolation = "forkserver"
use_setproctitle = false
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a module's mutants.

    Attributes:
        made: mutants that there are; `tried` of them were sampled.
        diffs: the mutants that survived, as differences of the text.
    """

    module: str
    made: int
    tried: int
    killed: int
    timed_out: int
    other: int
    diffs: list[str]

    @property
    def survived(self) -> int:
        """Count the mutants that no test noticed."""
        return self.tried - self.killed - self.timed_out - self.other


def main() -> None:
    """Try the mutants of each module, and show or write what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutmut", required=True, help="a Python with mutmut and the tests' needs")
    parser.add_argument("--only", choices=MODULES, help="one module; prints only")
    parser.add_argument("--most", type=int, default=50, help="mutants of a module, sampled")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--write", action="store_true", help="write table and survivors")
    asked = parser.parse_args()
    names = [asked.only] if asked.only else list(MODULES)
    counted = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            counted.append(try_module(asked.mutmut, Path(folder), name, asked.most, asked.seed))
        print(f"{name}: {counted[-1].survived} of {counted[-1].tried} survived", file=sys.stderr)
    how = f"Seed {asked.seed}, at most {asked.most} mutants of a module."
    table = f"{measured_on(describe_machine())}\n{how}\n\n{table_of(counted)}"
    survivors = "\n".join(diff for one in counted for diff in one.diffs)
    print(table, survivors, sep="\n\n")
    if asked.write and not asked.only:
        write_table(README, table, "mutants")
        SURVIVORS.write_text(survivors, encoding="utf-8")


def try_module(python: str, folder: Path, name: str, most: int, seed: int) -> Counted:
    """Copy the checkout, let mutmut change one module of it, and try a sample of the mutants."""
    module, tests = MODULES[name]
    _copy(folder, module, tests)
    # A name that is nobody's: the mutants are made and the tests timed, and none is tried.
    _mutmut(python, folder, "run", "--max-children", "1", "nobody", may_fail=True)
    made = sorted(_codes(folder, module))
    assert made, f"mutmut made no mutants of {module}"
    sample = sample_of(made, most, seed)
    _mutmut(python, folder, "run", "--max-children", "1", *sample)
    codes = {mutant: code for mutant, code in _codes(folder, module).items() if mutant in sample}
    survivors = [mutant for mutant in sample if codes[mutant] == 0]
    diffs = [_mutmut(python, folder, "show", mutant) for mutant in survivors]
    return count(name, len(made), codes, diffs)


def sample_of(made: list[str], most: int, seed: int) -> list[str]:
    """Choose mutants by a seed; the same ones whatever other modules there are."""
    chosen = np.random.default_rng(seed).choice(len(made), min(most, len(made)), replace=False)
    return sorted(made[at] for at in chosen.tolist())


def count(name: str, made: int, codes: dict[str, int | None], diffs: list[str]) -> Counted:
    """Count the outcomes of a module's mutants by the exit codes of their tests."""
    of = Counter(codes.values())
    killed = sum(of[code] for code in _KILLED)
    timed_out = sum(of[code] for code in _TIMED_OUT)
    other = len(codes) - killed - timed_out - of[0]
    return Counted(name, made, len(codes), killed, timed_out, other, diffs)


def table_of(counted: list[Counted]) -> str:
    """One row a module."""
    head = ("module", "mutants", "tried", "killed", "survived", "timed out", "no test or failed")
    rows = [
        (
            one.module,
            *(str(n) for n in (one.made, one.tried, one.killed, one.survived)),
            *(str(n) for n in (one.timed_out, one.other)),
        )
        for one in counted
    ]
    return markdown(head, rows)


def _copy(folder: Path, module: str, tests: tuple[str, ...]) -> None:
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    quoted = {
        "module": json.dumps(module),
        "copied": ", ".join(map(json.dumps, _COPIED)),
        "tests": ", ".join(map(json.dumps, tests)),
    }
    settings = (ROOT / "pyproject.toml").read_text("utf-8") + _SETTINGS.format(**quoted)
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")


def _codes(folder: Path, module: str) -> dict[str, int | None]:
    """Read from mutmut's own file which mutants there are, and how the tests of each ended."""
    found = json.loads((folder / "mutants" / f"{module}.meta").read_text("utf-8"))
    codes: dict[str, int | None] = found["exit_code_by_key"]
    return codes


def _mutmut(python: str, folder: Path, *words: str, may_fail: bool = False) -> str:
    path = os.pathsep.join(str(folder / part) for part in ("", "formats", "plugins"))
    # A thread each, so that the clock of a mutant's tests measures its own work.
    settings = os.environ | {"PYTHONPATH": path, "POLARS_MAX_THREADS": "1"}
    command = [python, "-m", "mutmut", *words]
    done = subprocess.run(
        command, check=False, cwd=folder, env=settings, capture_output=True, text=True
    )
    if done.returncode and not may_fail:
        sys.exit(f"{' '.join(command[:4])} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
