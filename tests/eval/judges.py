"""Answers that no single statement gives: forecasts, what stands out, explanations and the like.

forecast: from now on for the horizon (up to an hour longer), every value within its band, its level
    per minute between a third and three times that of gold's last three hours.
anomalies: the flagged moments (all rows where no column flags) are moments of gold's series with
    its values at some grain, few (at most a third of the time), one of them in a known incident.
explain: rows or a sentence that name at least two parts of the whole, gold's figure before or
    after, and say the right direction.
distribution: bins whose counts add up to gold's, or the values themselves.
partition: at least three named groups whose sizes add up to gold's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from engine.contracts.assistant import Answer
from tests.eval.cells import Cell, Row, cell, same
from tests.eval.compare import Result, ranked
from tests.eval.moments import NOW
from tests.eval.questions import Question, literal

Run = Callable[[str], Result]
GRAINS: Final = (1, 5, 10, 15, 30, 60)
"""Minutes of a bucket that an analysis may choose."""
_DOWN = re.compile(
    r"\b(drop|fell|fall|down|less|lower|decreas|declin|lost|fewer)|[−–-]\s?\$?\d", re.IGNORECASE
)
_UP = re.compile(
    r"\b(rose|rise|up|more|higher|increas|grew|grow|gain|spike|peak)|\+\s?\$?\d", re.IGNORECASE
)


def judge(question: Question, answer: Answer, result: Result, run: Run) -> bool:
    """Whether the answer is right, by the rule of the question's kind."""
    if not result.rows and not answer.answer:
        return False
    rule = {
        "forecast": _forecast,
        "anomalies": _anomalies,
        "explain": _explain,
        "distribution": _distribution,
        "partition": _partition,
    }[question.kind]
    return rule(question, answer, result, run)


def _forecast(question: Question, answer: Answer, result: Result, run: Run) -> bool:
    at = _times(result)
    names = [name.casefold() for name in result.names]
    low = _named(names, answer.chart.low if answer.chart else None, ("low", "min"))
    high = _named(names, answer.chart.high if answer.chart else None, ("high", "upp", "max"))
    if at is None or low is None or high is None:
        return False
    step = _step(result, at)
    ahead = [row for row in result.rows if _moment(row, at) > NOW - step and row[low] is not None]
    if not ahead:
        return False
    end = max(_moment(row, at) for row in ahead) + step
    horizon = NOW + dt.timedelta(minutes=question.horizon)
    if not horizon - step <= end <= horizon + dt.timedelta(hours=1):
        return False
    series = run(literal(question.gold))
    recent = sum(
        _figure(row[1]) for row in series.rows if _moment(row, 0) >= NOW - dt.timedelta(hours=3)
    )
    minutes = len(ahead) * step.total_seconds() / 60
    return any(
        all(_figure(r[low]) <= _figure(r[place]) <= _figure(r[high]) for r in ahead)
        and 1 / 3 <= sum(_figure(r[place]) for r in ahead) / minutes / (recent / 180) <= 3
        for place in range(len(names))
        if place not in (low, high) and all(isinstance(r[place], float) for r in ahead)
    )


def _anomalies(question: Question, answer: Answer, result: Result, run: Run) -> bool:
    at = _times(result)
    if at is None or not result.rows:
        return False
    flagged = _flagged(answer, result)
    stretches = [tuple(_parsed(text) for text in pair) for pair in question.must]
    series = run(literal(question.gold))
    for grain in GRAINS:
        buckets = _buckets(series, grain)
        length = dt.timedelta(minutes=grain)
        moments = [_moment(row, at) for row in flagged]
        hit = any(b < m + length and m < e for m in moments for b, e in stretches)
        known = all(
            any(isinstance(c, float) and same(buckets.get(m, 0.0), c) for c in row)
            for m, row in zip(moments, flagged, strict=True)
        )
        few = len(flagged) <= max(len(buckets), 3) / 3
        if hit and few and (known or not question.values):
            return True
    return False


def _explain(question: Question, answer: Answer, result: Result, run: Run) -> bool:
    words = {c for row in result.rows for c in row if isinstance(c, str)}
    said = _DOWN if question.direction == "down" else _UP
    if len(words) < 3 or not said.search(answer.answer):
        return False
    found = [c for row in result.rows for c in row if isinstance(c, float)]
    found += [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*", answer.answer)]
    return any(
        same(gold, number)
        for sql in question.readings()
        for gold in run(sql).rows[0]
        for number in found
    )


def _distribution(question: Question, answer: Answer, result: Result, run: Run) -> bool:
    ((count, low, high),) = run(literal(question.gold)).rows
    for place in range(len(result.names)):
        cells = [c for c in result.column(place) if isinstance(c, float)]
        if cells and same(count, sum(cells)):
            return True
        raw = len(cells) == count or (result.truncated and len(cells) >= 500)
        if raw and all(_figure(low) - 0.01 <= c <= _figure(high) + 0.01 for c in cells):
            return True
    return False


def _partition(question: Question, answer: Answer, result: Result, run: Run) -> bool:
    ((count,),) = run(literal(question.gold)).rows
    if question.per and ranked(run(question.per), result, None, ""):
        return True
    labelled = any(isinstance(c, str) for row in result.rows for c in row)
    return (
        labelled
        and len(result.rows) >= 3
        and any(
            same(count, sum(c for c in result.column(place) if isinstance(c, float)))
            for place in range(len(result.names))
        )
    )


def _flagged(answer: Answer, result: Result) -> list[Row]:
    flags = [i for i, c in enumerate(answer.columns) if c.type == "BOOLEAN"]
    if not flags:
        return list(result.rows)
    return [row for row in result.rows if row[flags[0]] == 1.0]


def _buckets(series: Result, grain: int) -> dict[dt.datetime, float]:
    found: dict[dt.datetime, float] = defaultdict(float)
    for row in series.rows:
        moment = _moment(row, 0)
        found[moment - dt.timedelta(minutes=moment.minute % grain)] += _figure(row[1])
    return dict(found)


def _named(names: Sequence[str], exact: str | None, parts: tuple[str, ...]) -> int | None:
    if exact is not None and exact.casefold() in names:
        return names.index(exact.casefold())
    return next((i for i, name in enumerate(names) if any(part in name for part in parts)), None)


def _times(result: Result) -> int | None:
    return next(
        (
            at
            for at in range(len(result.names))
            if any(isinstance(c, dt.datetime) for c in result.column(at))
        ),
        None,
    )


def _step(result: Result, at: int) -> dt.timedelta:
    moments = sorted({c for c in result.column(at) if isinstance(c, dt.datetime)})
    return min((b - a for a, b in pairwise(moments)), default=dt.timedelta(hours=1))


def _moment(row: Row, at: int) -> dt.datetime:
    value = row[at]
    return value if isinstance(value, dt.datetime) else dt.datetime.min.replace(tzinfo=dt.UTC)


def _parsed(text: str) -> dt.datetime:
    value = cell(text)
    assert isinstance(value, dt.datetime)
    return value


def _figure(value: Cell) -> float:
    return value if isinstance(value, float) else 0.0
