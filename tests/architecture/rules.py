"""The house rules that ruff and import-linter cannot say, as functions from a module's tree to findings.

A finding is one line: the place, what is wrong, and what to do instead.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_FUNCTION: Final = 70
LONGEST_FILE: Final = 400
ROW_LOOPS: Final = frozenset(
    {"map_elements", "map_rows", "iter_rows", "rows", "to_dicts", "apply", "iter_slices"}
)
FLOAT_TYPES: Final = frozenset({"Float16", "Float32", "Float64"})
CATCH_ALL: Final = frozenset({"Exception", "BaseException"})
# Spelled in two parts, so that this file does not break its own rule.
UNFINISHED: Final = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")


class Module(NamedTuple):
    """One Python file: its path inside the project, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> Module:
        return cls(path, text, ast.parse(text))


def long_functions(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield _finding(
                    module,
                    node,
                    f"{node.name} has {length} lines of at most {LONGEST_FUNCTION}",
                    "give each step of it a name",
                )


def long_files(module: Module) -> Iterator[str]:
    length = len(module.text.splitlines())
    if length > LONGEST_FILE:
        yield f"{module.path}: {length} lines of at most {LONGEST_FILE}; split it by concept"


def row_loops(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ROW_LOOPS
        ):
            yield _finding(
                module,
                node,
                f".{node.func.attr}() visits single rows",
                "write an expression over columns or a join",
            )


def floats(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            what = f"the float {node.value}"
        elif isinstance(node, ast.Name) and node.id == "float":
            what = "float"
        elif isinstance(node, ast.Attribute) and node.attr in FLOAT_TYPES:
            what = node.attr
        else:
            continue
        yield _finding(module, node, f"{what} near money", "use Int64 minor units, or Decimal")


def prints(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "print":
            yield _finding(
                module, node, "print()", "return the text; recon/cli/output.py writes it"
            )


def catch_alls(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            named = ast.walk(node.type) if node.type else [ast.Name("Exception")]
            if any(getattr(one, "id", None) in CATCH_ALL for one in named):
                yield _finding(
                    module,
                    node,
                    "catches any exception",
                    "name the errors that you expect; only recon/plugins catches all",
                )


def unfinished(module: Module) -> Iterator[str]:
    for number, row in enumerate(module.text.splitlines(), 1):
        for word in UNFINISHED:
            if word in row:
                yield f"{module.path}:{number}: {word}; finish it, or open an issue and remove it"


def missing_docstring(module: Module) -> Iterator[str]:
    if not ast.get_docstring(module.tree):
        yield f"{module.path}: no docstring; say what comes in, what goes out, what it must not do"


def _finding(module: Module, node: ast.AST, what: str, instead: str) -> str:
    return f"{module.path}:{getattr(node, 'lineno', 0)}: {what}; {instead}"
