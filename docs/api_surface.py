"""Write `docs/api.md`: every name that a plugin or a program may use, with its signature; a test compares it to the code.

In: `__all__` of the public modules. Out: a page of which each row is a promise.
"""
# ruff: noqa: INP001 - docs/ holds pages and its programs; it is no package

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any, Final

import dataframely as dy

from recon import hookspecs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

NOTICE: Final = "<!-- Written by `python docs/generate.py`; do not edit by hand. -->"
# Module -> for whom it is; those without `__all__` promise what they define.
MODULES: Final = {
    "recon.api": "What a plugin imports, and nothing else of recon.",
    "recon.api.file_ledger": "For ledgers that are one file.",
    "recon.api.plain_text": "For ledgers that are the text of an accounting program.",
    "recon.api.remote_ledger": "For ledgers behind HTTP, entry by entry.",
    "recon.testing": "For the tests of a plugin; no plugin imports it while it works.",
    "recon.daily": "For programs that do the daily job, or decide, in place of the command line.",
}


def page() -> str:
    """Write the page."""
    rows = ["# The Python interface", "", NOTICE, ""]
    rows += [
        "What stands here is promised; whatever else is in the package may change at any time.",
        "Versions are semantic: a name goes, or a signature takes less than before, in a major version only (before 1.0: in a minor one).",
        "It is deprecated, with a warning, for one minor version before.",
        "New names, new parameters with a default, and new columns that may be null come with minor versions.",
        "Frames are dataframely frames of the named schema; every column stands in the [data dictionary](data-dictionary.md).",
        "[plugins/README.md](../plugins/README.md) says what a plugin is, [the tutorial](tutorial.md) writes one.",
        "",
        "## Hooks",
        "",
        "Mark the function with `@hookimpl`; each is called once at start, and order decides nothing.",
        "",
        "```python",
        *_hooks(),
        "```",
    ]
    for name, purpose in MODULES.items():
        module = importlib.import_module(name)
        rows += ["", f"## `{name}`", "", purpose, "", "```python", *_members(module), "```"]
    return "\n".join(rows) + "\n"


def public_names(module: ModuleType) -> list[str]:
    """Give the names that a module promises."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (
            getattr(value, "__module__", None) == module.__name__
            or (name.isupper() and isinstance(value, str))
        )
    )


def _hooks() -> Iterator[str]:
    for name, value in sorted(vars(hookspecs).items()):
        if name.startswith("recon_"):
            yield f"def {name}{_signature(value)}"


def _members(module: ModuleType) -> Iterator[str]:
    for name in public_names(module):
        yield from described(name, getattr(module, name))


def described(name: str, value: Any) -> Iterator[str]:
    """Say what a name is, in rows: its signature, its fields, its columns or its value."""
    if inspect.isclass(value) and issubclass(value, dy.Schema):
        yield f"class {name}(dy.Schema)"
        yield from (f"    {column}: {_column(kind)}" for column, kind in value.columns().items())
    elif inspect.isclass(value):
        bases = [base.__name__ for base in value.__bases__ if base is not object]
        yield f"class {name}({', '.join(bases)})" if bases else f"class {name}"
        yield from _fields(value)
        yield from _methods(value)
    elif callable(value):
        yield f"def {name}{_signature(value)}"
    else:
        yield f"{name} = {value!r}"


def _fields(kind: type) -> Iterator[str]:
    if dataclasses.is_dataclass(kind):
        for field in (one for one in dataclasses.fields(kind) if not one.name.startswith("_")):
            default = field.default
            told = "" if default is dataclasses.MISSING else f" = {default!r}"
            yield f"    {field.name}: {field.type}{told}"
        return
    for name, told in vars(kind).get("__annotations__", {}).items():
        if not name.startswith("_"):
            yield f"    {name}: {told if isinstance(told, str) else getattr(told, '__name__', told)}"


def _methods(kind: type) -> Iterator[str]:
    is_generated = dataclasses.is_dataclass(kind) or issubclass(kind, tuple)
    for name, value in sorted(vars(kind).items()):
        if name.startswith("_") and (name != "__init__" or is_generated):
            continue
        if getattr(value, "__name__", "") == "_no_init_or_replace_init":
            continue  # what Python gives a protocol
        if isinstance(value, property):
            yield f"    {name}{_signature(value.fget)}  # a property"
        elif isinstance(value, classmethod | staticmethod):
            yield f"    def {name}{_signature(value.__func__)}"
        elif inspect.isfunction(value) and not name.startswith("test_"):
            # The tests of a suite are its rules; they are named where one is broken.
            yield f"    def {name}{_signature(value)}"


def _signature(function: Any) -> str:
    # Where a default is an object, its address is no promise.
    return re.sub(r" at 0x[0-9a-f]+", "", str(inspect.signature(function))).replace("'", "")


def _column(kind: Any) -> str:
    marks = [" key" if kind.primary_key else "", " or null" if kind.nullable else ""]
    return f"{kind.dtype}{''.join(marks)}"
