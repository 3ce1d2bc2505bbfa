"""From a question in the layer's terms to one SELECT.

One table and no more to be done: a plain SELECT. Else each table's SELECT is a CTE, and a last
SELECT joins them, sets them against the time before, takes shares, or folds the grain.

Rows whose dimension is NULL are left out where that dimension is shown: they have no value to
stand under. A ratio of nothing to nothing is NULL.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from engine.assistant.semantic.choose import TablePlan, choose
from engine.assistant.semantic.errors import CannotCombine, NeedsPeriod, UnknownName
from engine.assistant.semantic.literals import name
from engine.assistant.semantic.parts import (
    TIME,
    filter_sql,
    indented,
    select_of,
    threshold,
)
from engine.assistant.semantic.spans import Span, shifted, span_of
from engine.contracts.semantic import Metric, SemanticLayer, SemanticQuery, Unit

CHANGE: Final = "change"


@dataclass(frozen=True)
class OutColumn:
    """A column of the result and what it means; ``of`` is the metric's or dimension's name."""

    name: str
    kind: Literal["time", "dimension", "metric", "before", "change", "share"]
    of: str
    unit: Unit | None = None


@dataclass(frozen=True)
class Compiled:
    """The statement, what its columns are, which tables it reads, and the times it is about."""

    sql: str
    columns: tuple[OutColumn, ...]
    tables: tuple[str, ...]
    span: Span
    before: Span | None = None


def compile_query(query: SemanticQuery, layer: SemanticLayer, now: dt.datetime) -> Compiled:
    """The statement that answers the question, periods written out as seen at ``now``."""
    plans = choose(query, layer)
    span = span_of(query.period, now)
    before = None
    if query.compare != "none":
        before = shifted(query.period, now, query.compare)
        if before is None:
            raise NeedsPeriod(
                "A comparison needs a period with a beginning.", "Name one, such as today."
            )
    _check(query, plans)
    build = _Build(query, layer, plans, span, before)
    return Compiled(build.sql(), build.columns(), tuple(p.table for p in plans), span, before)


def _check(query: SemanticQuery, plans: tuple[TablePlan, ...]) -> None:
    if query.fold == "count" and not query.dimensions:
        raise CannotCombine("There are no groups to count.", "Say groups of what.")
    if query.fold not in ("none", "count") and query.grain is None:
        raise CannotCombine(
            "An average over time needs to know of which units.", "Say of minutes, hours or days."
        )
    if query.share and query.compare != "none" and len(query.metrics) > 1:
        raise CannotCombine("Shares of several figures are not compared.", "Ask for one of them.")
    if query.fold != "none" and (query.compare != "none" or query.share):
        raise CannotCombine(
            "An average of hours has no comparison or share.", "Ask for one of the two."
        )
    shown = {m.name: m for plan in plans for m, _ in plan.metrics}
    if query.share and not all(has_shares(shown[m]) for m in query.metrics):
        title = next(shown[m].title for m in query.metrics if not has_shares(shown[m]))
        raise CannotCombine(f"{title} has no shares: its parts do not add up.", "Ask for a count.")
    if query.running and (
        query.grain is None
        or query.share
        or query.compare != "none"
        or not all(adds_up(shown[m]) for m in query.metrics)
    ):
        raise CannotCombine(
            "Only counts and sums over time can be added up as they go.", "Ask for one by hour."
        )
    if query.order:
        known = {*query.metrics, *query.dimensions, TIME}
        known |= {CHANGE} if query.compare != "none" else set()
        if query.order.by not in known:
            raise UnknownName(
                f"The rows cannot be ordered by '{query.order.by}'.",
                f"Order by {', '.join(sorted(known))}.",
            )
    if any(h.metric == CHANGE for h in query.having) and query.compare == "none":
        raise CannotCombine("There is no change without a comparison.", "Compare with a period.")


def adds_up(metric: Metric) -> bool:
    """Whether it is a count or sum: nothing counts as 0, and shares make sense."""
    sql = metric.sources[-1].sql
    whole = sql.startswith(("COUNT(", "COALESCE(")) and "NULLIF" not in sql
    return whole and "DISTINCT" not in sql


def _cast(metric: Metric) -> str:
    return "DOUBLE" if metric.unit == "usd" else "BIGINT"


def has_shares(metric: Metric) -> bool:
    """Whether a part of it is a share of the whole; of distinct users too, where parts overlap."""
    sql = metric.sources[-1].sql
    return adds_up(metric) or (sql.startswith("COUNT(DISTINCT") and sql.count("COUNT(") == 1)


@dataclass(frozen=True)
class _Build:
    """One statement in the making."""

    query: SemanticQuery
    layer: SemanticLayer
    plans: tuple[TablePlan, ...]
    span: Span
    before: Span | None

    def sql(self) -> str:
        """The whole statement."""
        if self._plain():
            body = select_of(self.plans[0], self.query, self.span, keep_having=True)
            return self._with(self._derived(), "\n".join([body, *self._tail()]))
        steps = self._derived()
        steps += self._period_steps("", self.span, "")
        if self.before:
            steps += self._period_steps("_before", self.before, self._shift())
        if self._top_groups():
            steps.append(("best", self._best()))
        if self._needs_whole():
            steps.append(("whole", self._whole()))
        return self._with(steps, "\n".join(self._last_select()))

    def columns(self) -> tuple[OutColumn, ...]:
        """What the statement returns, in order."""
        if self.query.fold == "count":
            first = self.query.metrics[0]
            return (OutColumn(self._alias(first), "metric", first, "number"),)
        found = [OutColumn(TIME, "time", TIME)] if self._has_time() else []
        found += [OutColumn(d, "dimension", d) for d in self.query.dimensions]
        for metric in self.query.metrics:
            unit = self._metric(metric).unit
            found.append(OutColumn(self._alias(metric), "metric", metric, unit))
            if self.before:
                found.append(OutColumn(f"{metric}_before", "before", metric, unit))
                found.append(OutColumn(f"{metric}_change", "change", metric, "share"))
            if self.query.share:
                found.append(OutColumn(f"{metric}_share", "share", metric, "share"))
        return tuple(found)

    def _plain(self) -> bool:
        query = self.query
        hidden = {h.metric for h in query.having} - set(query.metrics)
        return (
            len(self.plans) == 1
            and not self.before
            and not query.share
            and not query.running
            and query.fold == "none"
            and not hidden
            and not self._top_groups()
        )

    def _top_groups(self) -> bool:
        """Over time, the limit is one of groups, not of rows."""
        query = self.query
        ranked = query.order is None or query.order.by in query.metrics
        return bool(
            query.grain and query.dimensions and query.limit and ranked and query.fold == "none"
        )

    def _needs_whole(self) -> bool:
        """Shares of distinct counts are taken of a count of their own."""
        return self.query.share and not all(adds_up(self._metric(m)) for m in self.query.metrics)

    def _whole(self) -> str:
        """The same figures without the breakdown and the filters on it."""
        shown = set(self.query.dimensions)
        kept = tuple(f for f in self.query.filters if f.dimension not in shown)
        update = {"dimensions": (), "filters": kept, "having": (), "share": False, "order": None}
        query = self.query.model_copy(update=update)
        plans = choose(query, self.layer)
        return select_of(plans[0], query, self.span, keep_having=False)

    def _derived(self) -> list[tuple[str, str]]:
        used = {plan.table for plan in self.plans}
        return [(d.name, d.sql.strip()) for d in self.layer.derived if d.name in used]

    def _with(self, steps: list[tuple[str, str]], last: str) -> str:
        if not steps:
            return last
        ctes = ",\n".join(f"{step} AS (\n{indented(sql)}\n)" for step, sql in steps)
        return f"WITH {ctes}\n{last}"

    def _period_steps(self, suffix: str, span: Span, shift: str) -> list[tuple[str, str]]:
        """The CTEs of one period; the last one is called ``figures``."""
        selects = [
            select_of(plan, self.query, span, keep_having=False, shift=shift) for plan in self.plans
        ]
        if len(selects) == 1:
            return [(f"figures{suffix}", selects[0])]
        named = [
            (f"{p.table}{suffix}_figures", s) for p, s in zip(self.plans, selects, strict=True)
        ]
        keys, first = self._keys(), named[0][0]
        columns = [*keys, *(m.name for p in self.plans for m, _ in p.metrics)]
        joined = [f"SELECT {', '.join(map(name, columns))}", f"FROM {first}"]
        for step, _ in named[1:]:
            using = f" USING ({', '.join(map(name, keys))})"
            joined.append(f"FULL JOIN {step}{using}" if keys else f"CROSS JOIN {step}")
        return [*named, (f"figures{suffix}", "\n".join(joined))]

    def _best(self) -> str:
        groups = ", ".join(map(name, self.query.dimensions))
        by = self.query.order.by if self.query.order else self.query.metrics[0]
        how = "ASC" if self.query.order and not self.query.order.descending else "DESC"
        rank = f"SUM({name(by)})" if adds_up(self._metric(by)) else f"AVG({name(by)})"
        lines = [f"SELECT {groups}", "FROM figures", f"GROUP BY {groups}"]
        lines += [f"ORDER BY {rank} {how} NULLS LAST, {groups}", f"LIMIT {self.query.limit}"]
        return "\n".join(lines)

    def _count(self) -> list[str]:
        """How many groups there are."""
        lines = ["SELECT", f"  COUNT(*) AS {name(self._alias(self.query.metrics[0]))}"]
        conditions = [("WHERE " if not at else "  AND ") + c for at, c in enumerate(self._after())]
        return [*lines, *self._from(), *conditions]

    def _last_select(self) -> list[str]:
        if self.query.fold == "count":
            return self._count()
        shown = [name(key) for key in self._keys() if key != TIME or self._has_time()]
        for metric in self.query.metrics:
            shown += self._metric_columns(metric)
        lines = ["SELECT", *[f"  {c}," for c in shown[:-1]], f"  {shown[-1]}"]
        lines += self._from()
        if self.query.fold != "none":
            return [*lines, *self._grouped(), *self._tail()]
        inner = "\n".join(lines)
        after = self._after()
        if after and (self.query.share or self.before):
            inner = f"SELECT *\nFROM (\n{indented(inner)}\n)"
        conditions = [("WHERE " if not at else "  AND ") + c for at, c in enumerate(after)]
        return [inner, *conditions, *self._tail()]

    def _from(self) -> list[str]:
        keys = ", ".join(map(name, self._keys()))
        lines = ["FROM figures"]
        if self.before:
            using = f"FULL JOIN figures_before USING ({keys})" if keys else ""
            lines.append(using or "CROSS JOIN figures_before")
        if self._needs_whole():
            lines.append("JOIN whole USING (time)" if self.query.grain else "CROSS JOIN whole")
        if self._top_groups():
            lines.append(f"JOIN best USING ({', '.join(map(name, self.query.dimensions))})")
        return lines

    def _after(self) -> list[str]:
        """Conditions on the finished columns."""
        found = [
            filter_sql(name(f.dimension), f)
            for f in self.query.filters
            if self.query.share and f.dimension in self.query.dimensions
        ]
        for having in self.query.having:
            column = f"{self.query.metrics[0]}_change" if having.metric == CHANGE else having.metric
            found.append(threshold(having, name(column)))
        return found

    def _grouped(self) -> list[str]:
        lines = []
        if self.query.dimensions:
            lines.append("GROUP BY " + ", ".join(map(name, self.query.dimensions)))
        for at, having in enumerate(self.query.having):
            folded = f"{self.query.fold.upper()}({name(having.metric)})"
            lines.append(("HAVING " if not at else "   AND ") + threshold(having, folded))
        return lines

    def _metric_columns(self, metric: str) -> list[str]:
        column, query = name(metric), self.query
        if query.fold != "none":
            return [f"{query.fold.upper()}({column}) AS {name(self._alias(metric))}"]
        found = [column]
        if query.running:
            by = ", ".join(map(name, query.dimensions))
            over = f"PARTITION BY {by} ORDER BY {TIME}" if by else f"ORDER BY {TIME}"
            found = [f"SUM({column}) OVER ({over})::{_cast(self._metric(metric))} AS {column}"]
        if self.before:
            now, then = f"figures.{column}", f"figures_before.{column}"
            if adds_up(self._metric(metric)):
                now, then = f"COALESCE({now}, 0)", f"COALESCE({then}, 0)"
            found = [f"{now} AS {column}", f"{then} AS {name(metric + '_before')}"]
            change = f"({now} - {then}) / NULLIF({then}, 0)"
            found.append(f"{change} AS {name(metric + '_change')}")
        if query.share:
            over = f"OVER (PARTITION BY {TIME})" if query.grain else "OVER ()"
            first = found[0].split(" AS ")[0]
            share = f"{first} / NULLIF(SUM({first}) {over}, 0)"
            if self._needs_whole():
                share = f"figures.{column} / NULLIF(whole.{column}, 0)"
                found[0] = f"figures.{column}" if " AS " not in found[0] else found[0]
            found.append(f"{share} AS {name(metric + '_share')}")
        return found

    def _tail(self) -> list[str]:
        """ORDER BY and LIMIT."""
        query, order = self.query, self.query.order
        ranks: list[str] = []
        if order is not None:
            column = self._ordered_by(order.by)
            ranks.append(f"{name(column)} {'DESC' if order.descending else 'ASC'} NULLS LAST")
        elif not self._has_time() and query.dimensions:
            ranks.append(f"{name(self._alias(query.metrics[0]))} DESC NULLS LAST")
        keys = [key for key in self._keys() if key != TIME or self._has_time()]
        if order is not None and order.by in query.metrics and self._top_groups():
            ranks = []
        ranks += [name(key) for key in keys if not any(r.split(" ")[0] == name(key) for r in ranks)]
        lines = [f"ORDER BY {', '.join(ranks)}"] if ranks else []
        if query.limit and not self._top_groups():
            lines.append(f"LIMIT {query.limit}")
        return lines

    def _ordered_by(self, by: str) -> str:
        if by == CHANGE:
            return f"{self.query.metrics[0]}_change"
        return self._alias(by) if by in self.query.metrics else by

    def _keys(self) -> list[str]:
        return [*([TIME] if self.query.grain else []), *self.query.dimensions]

    def _has_time(self) -> bool:
        return self.query.grain is not None and self.query.fold == "none"

    def _alias(self, metric: str) -> str:
        if self.query.fold == "count":
            return f"{self.query.dimensions[0]}_count"
        return metric if self.query.fold == "none" else f"{self.query.fold}_{metric}"

    def _metric(self, wanted: str) -> Metric:
        return next(m for p in self.plans for m, _ in p.metrics if m.name == wanted)

    def _shift(self) -> str:
        """What brings the period before to the time of this one, as an interval."""
        if not self.query.grain:
            return ""
        if self.query.compare != "previous":
            return f"INTERVAL 1 {self.query.compare.upper()}"
        period = self.query.period
        if period.kind != "between":
            times = 1 if period.kind == "this" else period.n
            return f"INTERVAL {times} {period.unit.upper()}"
        assert self.before is not None
        assert self.before.start is not None
        assert self.span.start is not None
        seconds = round((self.span.start - self.before.start).total_seconds())
        return f"INTERVAL {seconds} SECOND"
