"""Lines broken for a screen: a text view lays out a whole line at once, while the window waits."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 4_000
"""Characters of a line: laid out in a few milliseconds, and more than anybody reads across."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A text whose lines are LONGEST at most; ``breaks`` are the places that got a break."""

    text: str
    breaks: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters [start, end) of the unbroken text stand now."""
        return start + bisect_right(self.breaks, start), end + bisect_left(self.breaks, end)


def break_lines(text: str) -> Broken:
    """
    >>> break_lines("short").breaks
    ()
    """
    breaks: list[int] = []
    at = 0
    for line in text.split("\n"):
        breaks.extend(range(at + LONGEST, at + len(line), LONGEST))
        at += len(line) + 1
    if not breaks:
        return Broken(text)
    ends = [*breaks, len(text)]
    parts = [text[start:end] for start, end in zip([0, *breaks], ends, strict=True)]
    return Broken("\n".join(parts), tuple(breaks))
