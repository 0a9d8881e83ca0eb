"""How near two texts are in Business Central: the longest common piece is cut from both, again and again.

In: two texts. Out: 0 to 100. Written from the documented behaviour; the tests hold the figures that are known of it.
"""

from __future__ import annotations

from difflib import SequenceMatcher

SHORTEST_PIECE = 4
# From this nearness on a name counts as matched.
EXACT = 95
# A text shorter than this share of the name is not compared with it, in percent.
_SHORTEST_TEXT = 65


def nearness(text: str, name: str) -> int:
    """Give the share of the shorter text that common pieces of four characters or more cover.

    Returns:
        0 to 100; 0 if the text is shorter than 65 % of the name.
    """
    if not text or not name or 100 * len(text) < _SHORTEST_TEXT * len(name):
        return 0
    first, second = text.upper(), name.upper()
    shorter, covered = min(len(first), len(second)), 0
    while True:
        # Of pieces of equal length the earliest of the first text is taken, at its earliest place in the second.
        found = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
        if found.size < SHORTEST_PIECE:
            return 100 * covered // shorter
        covered += found.size
        first = first[: found.a] + first[found.a + found.size :]
        second = second[: found.b] + second[found.b + found.size :]


class Names:
    """Finds the names that a text may be near, without comparing it with all of them."""

    def __init__(self, names: list[str]) -> None:
        self._by_piece: dict[str, set[str]] = {}
        for name in names:
            for piece in _pieces(name.upper()):
                self._by_piece.setdefault(piece, set()).add(name)
        self._known: dict[str, frozenset[str]] = {}

    def near(self, text: str) -> frozenset[str]:
        """Give the names whose nearness to the text is EXACT or more.

        Nearly all of the shorter text is cut out in pieces of four characters or more, and each piece of that length
        stands in both texts: so at least a fifth of the shorter text's runs of four are shared, and only such names are
        compared.
        """
        if text not in self._known:
            self._known[text] = frozenset(self._compared(text))
        return self._known[text]

    def _compared(self, text: str) -> list[str]:
        pieces = _pieces(text.upper())
        shared: dict[str, int] = {}
        for piece in pieces:
            for name in self._by_piece.get(piece, ()):
                shared[name] = shared.get(name, 0) + 1
        near = []
        for name, count in shared.items():
            fewest = min(len(pieces), max(1, len(name) - SHORTEST_PIECE + 1))
            if 5 * count >= fewest and nearness(text, name) >= EXACT:
                near.append(name)
        return near


def _pieces(text: str) -> set[str]:
    return {text[at : at + SHORTEST_PIECE] for at in range(max(0, len(text) - SHORTEST_PIECE + 1))}
