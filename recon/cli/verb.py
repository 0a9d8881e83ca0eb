"""What every verb is made of: rich-click's help on a terminal, click's own in a pipe.

In a pipe the frames and colours are noise, and rich-click would take more time than all the rest of `recon --help`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

HELP_OPTIONS: Final = ("-h", "--help")

if TYPE_CHECKING or not sys.stdout.isatty():
    from click import Command as Verb
    from click import Group as VerbGroup

    SETTINGS: dict[str, Any] = {"help_option_names": HELP_OPTIONS}
else:
    from rich_click import RichCommand as Verb
    from rich_click import RichGroup as VerbGroup

    SETTINGS = {
        "help_option_names": HELP_OPTIONS,
        "rich_help_config": {"text_paragraph_linebreaks": "\n\n"},
    }

__all__ = ["SETTINGS", "Verb", "VerbGroup"]
