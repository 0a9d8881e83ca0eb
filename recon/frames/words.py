"""Word: a column whose values are a few words, which whoever reads the schema can ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dataframely as dy

if TYPE_CHECKING:
    from collections.abc import Iterable


class Word(dy.String):
    """A text that is one of a few words, and says which."""

    def __init__(self, words: Iterable[str], **options: Any) -> None:
        """Demand one of the words.

        Args:
            words: all that a value may be.
            options: of dataframely's String.
        """
        self.words = tuple(words)
        super().__init__(check=lambda column: column.is_in(self.words), **options)
