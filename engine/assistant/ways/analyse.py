"""Forecast, anomalies, explanation: what is read of the lake for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.assistant.analysis.series import Series, series
from engine.assistant.asking import Asking, Told
from engine.assistant.meaning import CANNOT_COMPILE, Meaning, Statement
from engine.assistant.running import MOST_ROWS, Rows, Runner
from engine.assistant.telling.anomalies import told_anomalies
from engine.assistant.telling.change import told_change
from engine.assistant.telling.fields import Field, soft
from engine.assistant.telling.forecast import FAR, minutes_ahead, told_forecast
from engine.assistant.telling.sentences import no_rows
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer, Badge, Source
from engine.contracts.semantic import Grain, Period, SemanticQuery

Tell = Callable[[Rows], Told]

HISTORY: Final = Period(kind="last", n=6, unit="hour")
"""What a forecast goes by, and where oddities are looked for, if no period was asked."""
FAR_HISTORY: Final = Period(kind="last", n=12, unit="hour")
"""What a forecast of many hours goes by."""
LONG_HISTORY: Final = Period(kind="last", n=4, unit="week")
"""The same where hours or days are looked at."""
MOST_DIMENSIONS: Final = 6
_STEPS: Final[dict[Grain, dt.timedelta]] = {
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(weeks=1),
}


@dataclass(frozen=True)
class Analyses:
    """Answers a query whose ``analysis`` is set; of several metrics the first one."""

    meaning: Meaning
    runner: Runner

    def answer(self, asking: Asking, query: SemanticQuery, badge: Badge, source: Source) -> Answer:
        """Raises one of CANNOT_COMPILE, or what running raises."""
        plan = {
            "forecast": self._forecast,
            "anomalies": self._anomalies,
            "explain": self._explain,
        }[query.analysis]
        sql, tell = plan(asking, query)
        return settle(asking, self.runner, sql, tell, badge, source)

    def _forecast(self, asking: Asking, query: SemanticQuery) -> tuple[str, Tell]:
        fits = 1 <= _hours(query.period) <= MOST_ROWS / 60
        ahead = minutes_ahead(asking.question)
        history = FAR_HISTORY if ahead > FAR else HISTORY
        statement = self._course(asking, query, query.period if fits else history, "minute")

        def tell(rows: Rows) -> Told:
            past = _past(statement, rows, "minute", asking.now)
            if past is None:
                return Told(no_rows(statement.period), rows)
            return told_forecast(past, _metric(statement), rows, ahead)

        return statement.sql, tell

    def _anomalies(self, asking: Asking, query: SemanticQuery) -> tuple[str, Tell]:
        coarse = query.grain not in (None, "minute")
        usual = LONG_HISTORY if coarse else HISTORY
        period = usual if query.period.kind == "all" else query.period
        fine: Grain = "minute" if _hours(period) * 60 <= MOST_ROWS else "hour"
        grain = query.grain if query.grain in _STEPS else fine
        assert grain is not None
        statement = self._course(asking, query, period, grain)

        def tell(rows: Rows) -> Told:
            past = _past(statement, rows, grain, asking.now)
            if past is None:
                return Told(no_rows(statement.period), rows)
            return told_anomalies(past, _metric(statement), grain, statement.period, rows)

        return statement.sql, tell

    def _course(
        self, asking: Asking, query: SemanticQuery, period: Period, grain: Grain
    ) -> Statement:
        plain = SemanticQuery(
            metrics=query.metrics[:1], filters=query.filters, grain=grain, period=period
        )
        return self.meaning.compile(plain, asking.now)

    def _explain(self, asking: Asking, query: SemanticQuery) -> tuple[str, Tell]:
        unasked = query.period.kind == "all"
        base = SemanticQuery(
            metrics=query.metrics[:1],
            filters=query.filters,
            period=Period(kind="last", n=1, unit="hour") if unasked else query.period,
            compare="previous" if query.compare == "none" else query.compare,
        )
        whole = self.meaning.compile(base, asking.now)
        parts = {"": whole}
        for dimension in self._dimensions(query):
            try:
                broken = base.model_copy(update={"dimensions": (dimension,)})
                parts[dimension] = self.meaning.compile(broken, asking.now)
            except CANNOT_COMPILE:
                continue  # this metric is not known by it; the others explain what they can
        titles = {d.name: soft(d.title) for d in self.meaning.layer.dimensions}

        def tell(rows: Rows) -> Told:
            return told_change(asking.question, rows, _metric(whole), whole.period, titles)

        return _union(parts), tell

    def _dimensions(self, query: SemanticQuery) -> list[str]:
        """Those asked for, else the layer's first ones; none that is filtered."""
        if query.dimensions:
            return list(query.dimensions)
        filtered = {part.dimension for part in query.filters}
        names = [d.name for d in self.meaning.layer.dimensions if d.name not in filtered]
        return names[:MOST_DIMENSIONS]


def _union(parts: dict[str, Statement]) -> str:
    """One statement with (dimension, value, before, now) of each part; '' is the whole."""
    selects = []
    for name, statement in parts.items():
        now = _metric(statement).name
        before = next(f.name for f in statement.fields if f.role == "before")
        found = next((f.name for f in statement.fields if f.role == "label"), None)
        value = f'CAST("{found}" AS VARCHAR)' if found else "''"
        selects.append(
            f"SELECT '{name}' AS dimension, {value} AS value,"
            f' "{before}" AS before, "{now}" AS now\nFROM (\n{statement.sql}\n)'
        )
    return "\nUNION ALL\n".join(selects)


def _metric(statement: Statement) -> Field:
    return next(field for field in statement.fields if field.role == "metric")


def _past(statement: Statement, rows: Rows, grain: Grain, now: dt.datetime) -> Series | None:
    roles = [field.role for field in statement.fields]
    time, value = roles.index("time"), roles.index("metric")
    points = [(row[time], row[value]) for row in rows.rows if row[time] is not None]
    return series(points, _STEPS[grain], now, _metric(statement).additive)


def _hours(period: Period) -> float:
    """How long a period is, about; 0 where it is not known."""
    hours = {"minute": 1 / 60, "hour": 1, "day": 24, "week": 168, "month": 720}
    if period.kind == "between" and period.start and period.end:
        return (period.end - period.start).total_seconds() / 3600
    return 0.0 if period.kind in ("all", "between") else period.n * hours[period.unit]
