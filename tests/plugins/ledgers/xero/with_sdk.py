"""Xero's own library, in an environment of its own: reads shapes as JSON from stdin, and says what they have that it has not.

Its models are generated out of the OpenAPI description: names and types of fields, the words of an enumeration, lengths.
"""

from __future__ import annotations

import json
import re
import sys
from enum import Enum

from xero_python.accounting import models

KINDS = {"number": {"float", "int"}, "flag": {"bool"}, "day": {"date[ms-format]"}}


def faults(shapes):
    """Compare each field of each shape."""
    wrong = []
    for name, fields in shapes.items():
        model = getattr(models, name)
        attributes = {field: attribute for attribute, field in model.attribute_map.items()}
        for field, kind in fields.items():
            if field not in attributes:
                wrong.append(f"{name} has no {field}")
            elif not agrees(model, attributes[field], kind, shapes):
                said = model.openapi_types[attributes[field]]
                wrong.append(f"{name}.{field} is {said}, and not {kind}")
    return wrong


def agrees(model, attribute, kind, shapes):
    """Say whether a field of a model is of our kind."""
    said = model.openapi_types[attribute]
    if kind.startswith("["):
        return said == f"list{kind}"
    if kind in shapes or kind in KINDS:
        return said in KINDS.get(kind, {kind})
    if "|" in kind:
        return all(takes(model, attribute, word) for word in kind.split("|")) and not takes(
            model, attribute, "NO-SUCH-WORD"
        )
    longest = re.fullmatch(r"text<=(\d+)", kind)
    if longest and said == "str":
        return takes(model, attribute, "x" * int(longest[1])) and not takes(
            model, attribute, "x" * (int(longest[1]) + 1)
        )
    return said == "str" or (bool(longest) and is_enumeration(said, int(longest[1])))


def takes(model, attribute, word):
    """Say whether a model takes a word for a field, by its own check."""
    said = getattr(models, model.openapi_types[attribute], None)
    if isinstance(said, type) and issubclass(said, Enum):
        return word in {one.value for one in said}
    try:
        setattr(model.__new__(model), attribute, word)
    except ValueError:
        return False
    return True


def is_enumeration(said, longest):
    words = getattr(models, said, None)
    return isinstance(words, type) and all(len(one.value) <= longest for one in words)


if __name__ == "__main__":
    print(json.dumps(faults(json.load(sys.stdin))))  # noqa: T201 - what the caller asked for
