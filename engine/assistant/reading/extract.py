"""What varies in a question: its periods, numbers, cuts of time and named values.

The parts that a verified question takes as parameters; the reader of questions uses the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

from engine.assistant.reading.numbers import find_grains, find_numbers, find_tops
from engine.assistant.reading.periods import find_periods
from engine.assistant.reading.values import find_values
from engine.assistant.reading.words import Text, read_text
from engine.contracts.semantic import Period, SemanticLayer

SpanKind = Literal["period", "number", "top", "grain", "value"]


@dataclass(frozen=True)
class Found:
    """One part of a question, ``text[start:end]``.

    ``value`` is a Period, a number (of ``number`` and ``top``), a Grain, or the text of a
    dimension's value. A word that two dimensions know is found for each of them.
    """

    kind: SpanKind
    value: Period | float | int | str
    start: int
    end: int
    dimension: str = ""
    note: str = ""


def extract(question: str, layer: SemanticLayer, now: dt.datetime) -> tuple[Found, ...]:
    """The parts in the order of the text; none overlaps another of a different kind."""
    text = read_text(question)
    taken: set[int] = set()
    found: list[Found] = []
    periods = find_periods(text, now)
    for grain in find_grains(text):
        if any(grain.first < p.end and p.first < grain.end for p in periods):
            continue
        found.append(_found(text, "grain", grain.grain, grain.first, grain.end))
        taken.update(range(grain.first, grain.end))
    for period in periods:
        made = _found(text, "period", period.period, period.first, period.end)
        found.append(replace(made, note=period.note))
        taken.update(range(period.first, period.end))
    for top in find_tops(text):
        if top.n is not None and taken.isdisjoint(range(top.first, top.end)):
            found.append(_found(text, "top", top.n, top.first, top.end))
            taken.update(range(top.first, top.end))
    for number in find_numbers(text):
        if taken.isdisjoint(range(number.first, number.end)):
            found.append(_found(text, "number", number.value, number.first, number.end))
            taken.update(range(number.first, number.end))
    for value in find_values(text, layer, frozenset(taken)):
        made = _found(text, "value", value.value, value.first, value.end)
        found.append(replace(made, dimension=value.dimension))
    return tuple(sorted(found, key=lambda part: (part.start, part.end)))


def _found(
    text: Text, kind: SpanKind, value: Period | float | int | str, first: int, end: int
) -> Found:
    return Found(kind, value, text.tokens[first].start, text.tokens[end - 1].end)
