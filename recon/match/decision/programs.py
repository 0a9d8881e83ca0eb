"""Solve a component of competing lines as a linear or an integer program by HiGHS, and bound what was not solved.

In: options and their values. Out: the options chosen, and an upper bound of the best value. The limits count nodes and
options, never seconds, so that the same component has the same answer on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.match.decision.options import Option

# What lines compete for in practice is solved in the root; where it is not, each further node costs seconds.
_MOST_NODES: Final = 20
# The program counts in millibits: numbers of this size keep its tolerances far below one of them.
_UNITS: Final = 10_000


class Answer(NamedTuple):
    """What a program found: `weights` is the share of each option that it takes; `bound` is in units of the values."""

    weights: list[float]
    bound: float
    is_optimal: bool


def is_one_to_one(options: Sequence[Option]) -> bool:
    """Say whether every option takes one item, and no two options of an item fit beside each other."""
    least: dict[int, list[int]] = {}
    whole: dict[int, int] = {}
    for option in options:
        if len(option.shares) != 1:
            return False
        ((item, settles, open_amount),) = option.shares
        two = least.setdefault(item, [])
        two.append(settles)
        two.sort()
        del two[2:]
        whole[item] = open_amount
    return all(sum(two) > whole[item] for item, two in least.items() if len(two) > 1)


def assignment_program(options: Sequence[Option], values: Mapping[int, int]) -> Answer:
    """Assign lines to items one to one: the linear program alone has a whole solution, however large.

    Every option stands in one row of its line and one of its item, so the matrix is that of a bipartite graph, which is
    totally unimodular, and every corner of the program is whole.
    Source: Hoffman and Kruskal, Integral Boundary Points of Convex Polyhedra (1956).
    """
    return _solve(options, values, is_integer=False, is_one_to_one=True)


def relaxed_program(options: Sequence[Option], values: Mapping[int, int]) -> Answer:
    """Bound the best value from above, where parts of options may be taken."""
    return _solve(options, values, is_integer=False, is_one_to_one=False)


def integer_program(options: Sequence[Option], values: Mapping[int, int]) -> Answer:
    """Maximise the sum of values: at most one option a line, at most the whole of an item."""
    return _solve(options, values, is_integer=True, is_one_to_one=False)


def _solve(
    options: Sequence[Option],
    values: Mapping[int, int],
    *,
    is_integer: bool,
    is_one_to_one: bool,
) -> Answer:
    import highspy  # noqa: PLC0415 - slow to import, and seldom needed

    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("solver", "choose" if is_integer else "simplex"),
        ("mip_rel_gap", 0.0),
        ("mip_max_nodes", _MOST_NODES),
    ):
        model.setOptionValue(name, value)
    model.passModel(_program(options, values, is_integer=is_integer, is_one_to_one=is_one_to_one))
    model.run()
    is_optimal = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    info = model.getInfo()
    bound = info.mip_dual_bound if is_integer else info.objective_function_value
    weights = list(model.getSolution().col_value) or [0.0] * len(options)
    if not is_integer and not is_optimal:
        bound = float("inf")
    return Answer(weights, bound * _UNITS, is_optimal)


def _program(
    options: Sequence[Option],
    values: Mapping[int, int],
    *,
    is_integer: bool,
    is_one_to_one: bool,
) -> Any:
    """Lay out the program by columns: a row a line, a row an item, each at most one."""
    import highspy  # noqa: PLC0415

    rows: dict[tuple[str, int], int] = {}
    starts, indices, factors = [0], [], []
    for option in options:
        indices.append(rows.setdefault(("line", option.line), len(rows)))
        factors.append(1.0)
        for item, settles, whole in option.shares:
            indices.append(rows.setdefault(("item", item), len(rows)))
            factors.append(1.0 if is_one_to_one else settles / whole)
        starts.append(len(indices))
    program: Any = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(options), len(rows)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.array([values[option.proposal] for option in options]) / _UNITS
    program.col_lower_ = np.zeros(len(options))
    program.col_upper_ = np.ones(len(options))
    program.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    program.row_upper_ = np.ones(len(rows))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.array(starts)
    program.a_matrix_.index_ = np.array(indices)
    program.a_matrix_.value_ = np.array(factors)
    if is_integer:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(options)
    return program
