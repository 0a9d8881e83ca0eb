"""Read a settings file (TOML) into a struct. In: a path and a msgspec struct. Out: the struct, or what is wrong with it.

Unknown keys are errors: a typing error must not become a default.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from recon.errors import ConfigurationError, Place

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T", bound=msgspec.Struct)


def read_settings(path: Path, kind: type[T], what: str, hint: str) -> T:
    """Read one settings file.

    Args:
        path: the file, UTF-8.
        kind: a struct whose fields all have defaults, or must be given.
        what: what the file is, in messages: "policy".
        hint: where all keys are listed.

    Raises:
        ConfigurationError: the file is missing, no TOML, or has an unknown key or a wrong value.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the {what}: {error.strerror}", place=Place(str(path))
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"the {what} is no UTF-8 text", place=Place(str(path)), hint="save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, what, str(error)) from None
    try:
        # TOML has floats; Decimals are built from their text so that 0.05 stays 0.05.
        return msgspec.convert(_floats_as_text(raw), kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            _in_words(str(error), raw, kind), place=Place(str(path)), hint=hint
        ) from None


def require(holds: object, key: str, allowed: str, value: object) -> None:
    """Refuse a value that means nothing; for the `__post_init__` of a struct."""
    if not holds:
        raise ValueError(f"{key} must be {allowed}, not {value}")


def _no_toml(path: Path, what: str, message: str) -> ConfigurationError:
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    place = Place(str(path), int(found[1]), int(found[2])) if found else Place(str(path))
    cause = message[: found.start()] if found else message
    return ConfigurationError(
        f"the {what} is no valid TOML: {cause}",
        place=place,
        hint="texts stand in quotes, and tables in brackets such as [tolerance]",
    )


def _in_words(message: str, raw: dict[str, Any], kind: type[msgspec.Struct]) -> str:
    """Say what is wrong with a key in the user's words: its path, and the key that was probably meant."""
    what, _, where = message.partition(" - at `$")
    path = where.rstrip("`").lstrip(".")
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown:
        key = f"{path}.{unknown[1]}" if path else unknown[1]
        near = difflib.get_close_matches(unknown[1], _known_keys(kind, path), n=1)
        return f"unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    if "must be" in what:
        return what
    value: Any = raw
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    options = _options(kind, path)
    return f"{path} must be {options}, not {value!r}" if options else f"{path}: {what}"


def _struct_at(kind: type[msgspec.Struct], path: str) -> Any:
    """The struct that stands at a path, as far as there is one."""
    at: Any = kind
    for part in filter(None, path.split(".")):
        at = get_type_hints(at).get(part) if hasattr(at, "__struct_fields__") else None
    return at


def _known_keys(kind: type[msgspec.Struct], path: str) -> list[str]:
    return list(getattr(_struct_at(kind, path), "__struct_fields__", ()))


def _options(kind: type[msgspec.Struct], path: str) -> str:
    """Name the words that a key takes, if it takes only some."""
    table, _, key = path.rpartition(".")
    owner = _struct_at(kind, table)
    wanted = get_type_hints(owner).get(key) if owner is not None else None
    return " or ".join(get_args(wanted)) if get_origin(wanted) is Literal else ""


def _floats_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_floats_as_text(inner) for inner in value]
    return repr(value) if isinstance(value, float) else value
