""" "more than 100 orders", "revenue under $1,000": a comparison with a number."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from engine.assistant.reading.numbers import FoundNumber, find_numbers
from engine.assistant.reading.words import Text

Sign = Literal[">", ">=", "<", "<="]


@dataclass(frozen=True)
class FoundThreshold:
    """A sign and a number, with the tokens of both."""

    op: Sign
    number: FoundNumber
    first: int
    end: int


_BEFORE: Final[tuple[tuple[str, Sign], ...]] = (
    ((r"no more than|not more than|at most|up to|maximum of|a maximum of|max|<=|=<|≤|no higher than"
     r"|not over"), "<="),
    ((r"no less than|no fewer than|not less than|at least|minimum of|a minimum of|min|>=|=>|≥"
     r"|not below|not under"), ">="),
    ((r"more than|greater than|higher than|larger than|bigger than|above|over|exceeding|exceed"
     r"|exceeds|exceeded|beyond|better than|upwards of|>|in excess of|worth more than|topped"
     r"|topping"
     r"|is over|is above"), ">"),
    ((r"less than|fewer than|lower than|smaller than|below|under|beneath|worse than|<"
      r"|worth less than"
     r"|is under|is below"), "<"),
)  # fmt: skip
_AFTER: Final[tuple[tuple[str, Sign], ...]] = (
    (r"or more|or above|or higher|and more|and above|and up|plus|at least|or over", ">="),
    (r"or less|or fewer|or below|or lower|and below|at most|or under", "<="),
)


def find_thresholds(text: Text, taken: frozenset[int]) -> tuple[FoundThreshold, ...]:
    """All of them, numbers that something else has ``taken`` left out."""
    found = []
    for number in find_numbers(text):
        if not taken.isdisjoint(range(number.first, number.end)):
            continue
        if made := _before(text, number) or _after(text, number):
            found.append(made)
    for match in re.finditer(r"(?<![^ ])more than (once|twice)(?![^ ])", text.line):
        first, end = text.place(match.start(), match.end())
        number = FoundNumber(1.0 if match.group(1) == "once" else 2.0, end - 1, end)
        found.append(FoundThreshold(">", number, first, end))
    return tuple(found)


def _before(text: Text, number: FoundNumber) -> FoundThreshold | None:
    for length in (4, 3, 2, 1):
        start = number.first - length
        if start < 0:
            continue
        words = " ".join(token.low for token in text.tokens[start : number.first])
        for pattern, op in _BEFORE:
            if re.fullmatch(pattern, words):
                return FoundThreshold(op, number, start, number.end)
    return None


def _after(text: Text, number: FoundNumber) -> FoundThreshold | None:
    skip = number.end < len(text.tokens) and text.tokens[number.end].low in ("off", "discount")
    number = replace(number, end=number.end + skip)
    for length in (2, 1):
        words = " ".join(t.low for t in text.tokens[number.end : number.end + length])
        for pattern, op in _AFTER:
            if re.fullmatch(pattern, words):
                return FoundThreshold(op, number, number.first, number.end + length)
    return None
