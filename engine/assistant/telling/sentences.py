"""The sentence of an answer. Every figure in it is one of the result, or a sum or share of them.

Which sentence depends on the result's shape: one row, a course over time, a ranking, or a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.assistant.telling.fields import Field
from engine.assistant.telling.figures import figure, label, listed, moment, moved

Row = tuple[Any, ...]
NAMED: Final = 3
"""Members of a ranking that a sentence names; the grid has them all."""


@dataclass(frozen=True)
class Result:
    """What is told: rows with the meaning of their columns.

    ``period`` is a phrase such as ``in the last hour``, empty where it was not asked. ``whole``
    says that no group was cut off, so that shares of the sum mean something. ``descending`` is
    how the rows are ranked; None where they are not. Steps of time from ``unfinished`` on are not
    over yet: they are low without having fallen.
    """

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    period: str = ""
    whole: bool = True
    descending: bool | None = True
    truncated: bool = False
    unfinished: dt.datetime | None = None


def sentence(result: Result) -> str:
    """One or two sentences that answer."""
    metrics = _of(result, "metric")
    times, labels = _of(result, "time"), _of(result, "label")
    if not result.rows or _nothing(result, metrics, times or labels):
        return no_rows(result.period)
    if not metrics:
        return _table(result)
    if len(result.rows) == 1:
        return _single(result, metrics)
    if times and not labels and _in_order(result, times[0]):
        return _course(result, times[0], metrics[0])
    if times and len(labels) == 1:
        return _courses(result, labels[0], metrics[0])
    if len(labels) == 1 and not times:
        return _ranking(result, labels[0], metrics[0])
    return _table(result)


def no_rows(period: str) -> str:
    """That there is nothing, and where it was looked for."""
    where = f" {period}" if period else ""
    return f"There are no rows to answer this with{where}."


def _nothing(result: Result, metrics: list[int], grouped: list[int]) -> bool:
    """One row of NULLs is what an aggregate makes of no rows."""
    if grouped or len(result.rows) != 1 or not metrics:
        return False
    return all(result.rows[0][at] is None for at in metrics)


def _single(result: Result, metrics: list[int]) -> str:
    row = result.rows[0]
    parts = [_with_change(result, row, at) for at in metrics]
    named = [label(row[at]) for at in _of(result, "label")]
    named += [_when(row[at]) for at in _of(result, "time")]
    about = f" for {listed(named)}" if named else ""
    text = f"{listed(parts)}{about}{_space(result.period)}."
    return text[0].upper() + text[1:]


def _with_change(result: Result, row: Row, at: int) -> str:
    """``revenue is $5.00, up 10.0 % from $4.55``."""
    field = result.fields[at]
    text = f"{field.title} {_is(field)} {figure(row[at], field.unit)}"
    before = _companion(result, at, "before")
    if before is None:
        return text
    if row[before] is None:
        return f"{text} (nothing to compare with in the period before)"
    how = moved(row[at], row[before])
    return f"{text}, {how or 'compared with'} {_from(how)}{figure(row[before], field.unit)}"


def _course(result: Result, time: int, metric: int) -> str:
    """From the first to the last, with the highest and the lowest between them."""
    field, rows = result.fields[metric], [r for r in result.rows if r[metric] is not None]
    if not rows:
        return no_rows(result.period)
    total = sum(row[metric] for row in rows) if field.additive else None
    rows.sort(key=lambda row: _order(row[time]))
    rows = _finished(result, rows, time)
    day = not _one_day([row[time] for row in rows])
    first, last = rows[0], rows[-1]
    top = max(rows, key=lambda row: row[metric])
    low = min(rows, key=lambda row: row[metric])

    def at(row: Row) -> str:
        return f"{figure(row[metric], field.unit)} at {_when(row[time], day)}"

    text = f"{_capital(field.title)} went from {at(first)} to {at(last)}{_space(result.period)}"
    if top[metric] == low[metric]:
        return f"{text}, the same all the time."
    text += f"; the highest was {at(top)}, the lowest {at(low)}."
    if total is not None and result.whole and not result.truncated:
        text += f" In all: {figure(total, field.unit)}."
    return text


def _finished(result: Result, rows: list[Row], time: int) -> list[Row]:
    """Without the step that now is in, unless there is no other."""
    at = result.unfinished
    if at is None or not isinstance(rows[0][time], dt.datetime):
        return rows
    return [row for row in rows if row[time] < at] or rows


def _courses(result: Result, name: int, metric: int) -> str:
    """Several courses: who is ahead, summed up where a sum means something."""
    field = result.fields[metric]
    groups: dict[Any, list[float]] = {}
    for row in result.rows:
        if row[metric] is not None:
            groups.setdefault(row[name], []).append(row[metric])
    many = f"{len(groups):,} {_plural(result.fields[name].title, len(groups))}"
    if not groups:
        return no_rows(result.period)
    if not field.additive or result.truncated:
        peak = max(groups, key=lambda group: max(groups[group]))
        high = figure(max(groups[peak]), field.unit)
        start = f"{_capital(field.title)} over time for {many}{_space(result.period)}"
        return f"{start}; the highest is {high} of {label(peak)}."
    ranked = sorted(((sum(found), group) for group, found in groups.items()), key=lambda p: -p[0])
    named = [f"{label(group)} {figure(total, field.unit)}" for total, group in ranked[:NAMED]]
    start = f"{_capital(field.title)} over time for {many}{_space(result.period)}"
    return f"{start}; in all {listed(named)}."


def _ranking(result: Result, name: int, metric: int) -> str:
    """``DE leads revenue in the last hour: $1,234.00 (32.0 % of all), then FR $900.00 …``."""
    field, thing = result.fields[metric], result.fields[name]
    rows = [row for row in result.rows if row[metric] is not None]
    if not rows:
        return no_rows(result.period)
    if result.descending is None:
        rows.sort(key=lambda row: -row[metric])
    down = result.descending is not False
    first = rows[0]
    text = f"{label(first[name])} has {_extreme(field, down)}{_space(result.period)}: "
    text += figure(first[metric], field.unit) + _share(result, rows, metric)
    text += _moved(result, first, metric)
    then = [f"{label(r[name])} {figure(r[metric], field.unit)}" for r in rows[1 : NAMED + 1]]
    text += f", then {listed(then)}" if then else ""
    left = len(result.rows) - 1 - len(then)
    more = "at least " if result.truncated else ""
    text += f"; {more}{left:,} more {_plural(thing.title, left)}" if left > 0 else ""
    return f"{text}."


def _extreme(field: Field, down: bool) -> str:
    """``the most orders``, ``the lowest conversion rate``."""
    things = field.additive and field.unit == "number" and _is(field) == "are"
    if things:
        return f"the {'most' if down else 'fewest'} {field.title}"
    return f"the {'highest' if down else 'lowest'} {field.title}"


def _share(result: Result, rows: Sequence[Row], metric: int) -> str:
    field, given = result.fields[metric], _companion(result, metric, "share")
    if given is not None:
        return f" ({figure(rows[0][given], 'share')} of all)"
    if not field.additive or not result.whole or result.truncated or len(rows) < 2:
        return ""
    total = sum(row[metric] for row in rows)
    if total <= 0 or min(row[metric] for row in rows) < 0:
        return ""
    return f" ({figure(rows[0][metric] / total, 'share')} of all)"


def _moved(result: Result, row: Row, metric: int) -> str:
    """How the first one changed, where that was asked."""
    before = _companion(result, metric, "before")
    if before is None or row[before] is None:
        return ""
    how = moved(row[metric], row[before])
    unit = result.fields[metric].unit
    return f", {how or 'compared with'} {_from(how)}{figure(row[before], unit)}"


def _table(result: Result) -> str:
    count = len(result.rows)
    more = "The first " if result.truncated else ""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    first = [
        f"{field.title} {figure(value, field.unit)}"
        for field, value in zip(result.fields, result.rows[0], strict=True)
        if field.role in ("label", "metric") and value is not None
    ][:4]
    start = f"{more}{rows}{_space(result.period)}"
    return f"{start}; the first one: {listed(first)}." if first else f"{start}."


def _of(result: Result, role: str) -> list[int]:
    return [at for at, field in enumerate(result.fields) if field.role == role]


def _companion(result: Result, metric: int, role: str) -> int | None:
    name = result.fields[metric].name
    return next((at for at in _of(result, role) if result.fields[at].of == name), None)


def _in_order(result: Result, time: int) -> bool:
    """Whether each row has a time of its own: else it is a table."""
    times = [row[time] for row in result.rows]
    return None not in times and len(set(times)) == len(times)


def _from(how: str) -> str:
    return "at " if how == "unchanged" else "from " if how else ""


def _order(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _one_day(times: Sequence[Any]) -> bool:
    return len({at.date() if isinstance(at, dt.datetime) else None for at in times}) == 1


def _when(value: Any, day: bool = True) -> str:
    if isinstance(value, dt.datetime):
        midnight = day and value.astimezone(dt.UTC).time() == dt.time()
        return f"{value.astimezone(dt.UTC):%Y-%m-%d}" if midnight else moment(value, day)
    return str(value)


def _plural(title: str, count: int) -> str:
    if count == 1 or title.endswith("s"):
        return title
    return f"{title[:-1]}ies" if title.endswith("y") else f"{title}s"


def _is(field: Field) -> str:
    plural = field.title.endswith("s") and not field.title.endswith("ss")
    return "are" if plural else "is"


def _space(text: str) -> str:
    return f" {text}" if text else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
