"""Templates, style sheets and scripts of the pages. In: the name of a file beside this room. Out: its text and hash.

Every page escapes all text by itself, names no outside resource, and allows its own style and script by their hashes.
"""

from __future__ import annotations

import base64
import hashlib

import jinja2


def environment() -> jinja2.Environment:
    """Give the environment in which the pages are made: all is escaped, and a missing value is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("recon.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def asset(within: jinja2.Environment, *names: str) -> str:
    """Give the text of files, one after another, as it stands between the tags of a page."""
    loader = within.loader
    assert loader is not None
    return "\n" + "\n".join(loader.get_source(within, name)[0].strip() for name in names) + "\n"


def source_hash(text: str) -> str:
    """Give the hash under which a page's policy allows a style sheet or a script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
