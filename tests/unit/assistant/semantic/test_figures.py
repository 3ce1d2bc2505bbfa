"""Compiled statements run on a real lake give what plain Python counts."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from engine.assistant.semantic import compile_query, span_of
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import (
    Filter,
    Having,
    Order,
    Period,
    SemanticQuery,
)
from engine.lake import LakeReader
from tests.unit.assistant.semantic.conftest import NOW, Event

Rows = list[dict[str, Any]]
FIELDS = {
    "country": "country",
    "device": "device_type",
    "category": "category_id",
    "referrer": "referrer",
    "product": "product_id",
    "campaign": "campaign",
    "event_type": "event_type",
}


def _count(kind: str) -> Callable[[list[Event]], float]:
    return lambda rows: sum(row["event_type"] == kind for row in rows)


def _money(kind: str) -> Callable[[list[Event]], float]:
    return lambda rows: sum(row["amount_usd"] for row in rows if row["event_type"] == kind)


def _users(kind: str | None) -> Callable[[list[Event]], float]:
    return lambda rows: len({r["user_id"] for r in rows if kind in (None, r["event_type"])})


def _over(
    one: Callable[[list[Event]], float], other: Callable[[list[Event]], float]
) -> Callable[[list[Event]], float | None]:
    return lambda rows: one(rows) / other(rows) if other(rows) else None


BY_HAND: dict[str, Callable[[list[Event]], float | None]] = {
    "orders": _count("purchase"),
    "refunds": _count("refund"),
    "revenue": _money("purchase"),
    "net_revenue": lambda rows: _money("purchase")(rows) - _money("refund")(rows),
    "avg_order_value": _over(_money("purchase"), _count("purchase")),
    "refund_rate": _over(_count("refund"), _count("purchase")),
    "events": len,
    "active_users": _users(None),
    "buyers": _users("purchase"),
    "conversion_rate": _over(_users("purchase"), _users("page_view")),
    "late_events": lambda rows: sum(row["is_late"] for row in rows),
    "products_sold": lambda rows: sum(
        row["quantity"] for row in rows if row["event_type"] == "purchase"
    ),
    "sessions": lambda rows: len({row["session_id"] for row in rows}),
    "max_order_value": lambda rows: max(
        (row["amount_usd"] for row in rows if row["event_type"] == "purchase"), default=None
    ),
}
PERIODS = (
    Period(),
    Period(kind="last", n=6, unit="hour"),
    Period(kind="this", unit="day"),
    Period(kind="previous", unit="day"),
    Period(
        kind="between",
        start=NOW - dt.timedelta(hours=20, minutes=17),
        end=NOW - dt.timedelta(hours=3),
    ),
)
FILTERS: tuple[tuple[Filter, ...], ...] = (
    (),
    (Filter(dimension="country", values=("DE", "O'Land")),),
    (Filter(dimension="country", op="not_in", values=("US",)),),
    (
        Filter(dimension="device", values=("mobile",)),
        Filter(dimension="category", values=("toys",)),
    ),
    (Filter(dimension="campaign", op="missing"),),
)


BREAKDOWNS = ((), ("country",), ("device",), ("product",), ("country", "device"))


def _run(lake: LakeReader, pack: PackSpec, query: SemanticQuery) -> Rows:
    compiled = compile_query(query, pack.semantic, NOW)
    result = lake.query(compiled.sql)
    assert [c.name for c in result.columns] == [c.name for c in compiled.columns]
    rows: Rows = result.table.to_pylist()
    return rows


def _chosen(events: Iterable[Event], query: SemanticQuery) -> list[Event]:
    span = span_of(query.period, NOW)
    return [
        event
        for event in events
        if (span.start is None or event["ts"] >= span.start)
        and (span.end is None or event["ts"] < span.end)
        and all(_holds(event, chosen) for chosen in query.filters)
    ]


def _holds(event: Event, chosen: Filter) -> bool:
    value = event[FIELDS[chosen.dimension]]
    match chosen.op:
        case "in":
            return value in chosen.values
        case "not_in":
            return value is not None and value not in chosen.values
    return value is None


def _grouped(events: list[Event], query: SemanticQuery) -> dict[tuple[Any, ...], list[Event]]:
    groups: dict[tuple[Any, ...], list[Event]] = {}
    for event in events:
        values = tuple(event[FIELDS[d]] for d in query.dimensions)
        if None in values:
            continue
        time = (_floor(event["ts"], query.grain),) if query.grain else ()
        groups.setdefault((*time, *values), []).append(event)
    return groups


def _floor(moment: dt.datetime, grain: str) -> dt.datetime:
    moment = moment.replace(second=0, microsecond=0)
    if grain == "minute":
        return moment
    moment = moment.replace(minute=0)
    return moment if grain == "hour" else moment.replace(hour=0)


def _same(found: Any, expected: Any) -> bool:
    if found is None or expected is None:
        return found is expected
    return math.isclose(float(found), float(expected), rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("dimensions", BREAKDOWNS)
@pytest.mark.parametrize("grain", [None, "minute", "hour", "day"])
def test_that_every_figure_is_what_python_counts(
    lake: LakeReader, pack: PackSpec, events: list[Event], dimensions: tuple[str, ...], grain: Any
) -> None:
    cases = list(itertools.product(PERIODS, FILTERS))
    first = len(dimensions) + len(grain or "")  # every case with some of the breakdowns
    for turn, (period, filters) in list(enumerate(cases))[first % 4 :: 4]:
        names = tuple(itertools.islice(itertools.cycle(BY_HAND), turn, turn + 3))
        query = SemanticQuery(
            metrics=names, dimensions=dimensions, filters=filters, grain=grain, period=period
        )
        keys = (["time"] if grain else []) + list(dimensions)
        found = {tuple(row[k] for k in keys): row for row in _run(lake, pack, query)}
        expected = _grouped(_chosen(events, query), query)
        if not keys:
            expected = {(): expected.get((), [])}
        known = {key for key, rows in found.items() if any(rows[name] for name in names)}
        assert known <= set(expected), query
        for key, rows in expected.items():
            for name in names:
                by_hand = BY_HAND[name](rows)
                if key in found or by_hand:
                    assert _same(found[key][name], by_hand), (query, key, name)


def test_that_a_ranking_is_cut_after_it_is_ordered(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    query = SemanticQuery(
        metrics=("revenue",), dimensions=("product",), order=Order(by="revenue"), limit=3
    )
    groups = _grouped(events, query)
    ranked = sorted(groups, key=lambda key: (-(BY_HAND["revenue"](groups[key]) or 0), key))
    assert [(row["product"],) for row in _run(lake, pack, query)] == ranked[:3]


def test_that_over_time_the_limit_is_one_of_groups(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    query = SemanticQuery(metrics=("orders",), dimensions=("country",), grain="hour", limit=2)
    whole = _grouped(events, query.model_copy(update={"grain": None}))
    ranked = sorted(whole, key=lambda key: (-(BY_HAND["orders"](whole[key]) or 0), key))
    rows = _run(lake, pack, query)
    assert {(row["country"],) for row in rows} == set(ranked[:2])
    assert len(rows) > 2


@pytest.mark.parametrize("op", [">", ">=", "<", "<="])
def test_that_a_threshold_leaves_the_groups_beyond_it(
    lake: LakeReader, pack: PackSpec, events: list[Event], op: Any
) -> None:
    query = SemanticQuery(
        metrics=("revenue",),
        dimensions=("product",),
        having=(Having(metric="orders", op=op, value=14),),
    )
    sign = {">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__}[op]
    groups = _grouped(events, query)
    expected = {key for key, rows in groups.items() if sign(int(BY_HAND["orders"](rows) or 0), 14)}
    assert {(row["product"],) for row in _run(lake, pack, query)} == expected
    counted = _run(lake, pack, query.model_copy(update={"fold": "count"}))
    assert counted == [{"product_count": len(expected)}]


@pytest.mark.parametrize("compare", ["previous", "day"])
@pytest.mark.parametrize("dimensions", [(), ("country",)])
@pytest.mark.parametrize("grain", [None, "hour"])
def test_that_a_comparison_is_with_the_time_before(
    lake: LakeReader,
    pack: PackSpec,
    events: list[Event],
    compare: Any,
    dimensions: tuple[str, ...],
    grain: Any,
) -> None:
    query = SemanticQuery(
        metrics=("orders", "avg_order_value"),
        dimensions=dimensions,
        grain=grain,
        period=Period(kind="last", n=5, unit="hour"),
        compare=compare,
    )
    back = dt.timedelta(hours=5 if compare == "previous" else 24)
    now = _grouped(_chosen(events, query), query)
    shifted = [{**event, "ts": event["ts"] + back} for event in events]
    then = _grouped(_chosen(shifted, query), query)
    keys = (["time"] if grain else []) + list(dimensions)
    rows = _run(lake, pack, query)
    assert len(rows) >= 1
    for row in rows:
        key = tuple(row[k] for k in keys)
        one, other = now.get(key, []), then.get(key, [])
        for name in query.metrics:
            value, before = BY_HAND[name](one), BY_HAND[name](other)
            assert _same(row[name], value), (key, name)
            assert _same(row[f"{name}_before"], before), (key, name)
            change = None if not before or value is None else (value - before) / before
            assert _same(row[f"{name}_change"], change), (key, name)


def test_that_a_change_can_rank_and_limit(lake: LakeReader, pack: PackSpec) -> None:
    query = SemanticQuery(
        metrics=("events",),
        dimensions=("product",),
        period=Period(kind="last", n=5, unit="hour"),
        compare="previous",
        having=(Having(metric="change", op="<", value=0),),
        order=Order(by="change", descending=False),
        limit=4,
    )
    changes = [row["events_change"] for row in _run(lake, pack, query)]
    assert len(changes) == 4
    assert changes == sorted(changes)
    assert all(change < 0 for change in changes)


def test_that_shares_are_of_everything_and_not_of_what_is_shown(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    only = (Filter(dimension="device", values=("mobile",)),)
    query = SemanticQuery(
        metrics=("orders", "active_users"), dimensions=("device",), filters=only, share=True
    )
    (row,) = _run(lake, pack, query)
    mobile = [event for event in events if event["device_type"] == "mobile"]
    for name in query.metrics:
        part, whole = BY_HAND[name](mobile), BY_HAND[name](events)
        assert part
        assert whole
        assert _same(row[name], part)
        assert _same(row[f"{name}_share"], part / whole)


@pytest.mark.parametrize("fold", ["avg", "max", "min"])
def test_that_a_fold_makes_one_figure_of_the_hours(
    lake: LakeReader, pack: PackSpec, events: list[Event], fold: Any
) -> None:
    query = SemanticQuery(metrics=("orders",), grain="hour", fold=fold)
    hours = [BY_HAND["orders"](rows) or 0 for rows in _grouped(events, query).values()]
    expected = {"avg": sum(hours) / len(hours), "max": max(hours), "min": min(hours)}[fold]
    ((row),) = _run(lake, pack, query)
    assert _same(row[f"{fold}_orders"], expected)


def test_that_a_running_total_ends_at_the_sum(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    query = SemanticQuery(metrics=("revenue",), dimensions=("device",), grain="hour", running=True)
    rows = _run(lake, pack, query)
    for device in ("mobile", "desktop"):
        totals = [row["revenue"] for row in rows if row["device"] == device]
        assert totals == sorted(totals)
        mine = [event for event in events if event["device_type"] == device]
        assert _same(totals[-1], BY_HAND["revenue"](mine))


def test_that_visits_are_made_of_events(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    visits: dict[str, list[Event]] = {}
    for event in events:
        visits.setdefault(event["session_id"], []).append(event)
    lengths = [
        (max(e["ts"] for e in v) - min(e["ts"] for e in v)).total_seconds() for v in visits.values()
    ]
    abandoned = [
        v
        for v in visits.values()
        if {"add_to_cart"} <= {e["event_type"] for e in v} and not _count("purchase")(v)
    ]
    query = SemanticQuery(metrics=("avg_session_duration", "abandoned_carts", "bounce_rate"))
    (row,) = _run(lake, pack, query)
    assert _same(row["avg_session_duration"], sum(lengths) / len(lengths))
    assert row["abandoned_carts"] == len(abandoned)
    single = sum(len(v) == 1 for v in visits.values())
    assert _same(row["bounce_rate"], single / len(visits))


def test_that_a_limit_on_single_orders_chooses_rows(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    query = SemanticQuery(
        metrics=("orders",), filters=(Filter(dimension="order_value", op=">", values=("10",)),)
    )
    large = [e for e in events if e["event_type"] == "purchase" and e["amount_usd"] > 10]
    assert _run(lake, pack, query) == [{"orders": len(large)}]


def test_that_tables_are_joined_where_no_single_one_has_all(
    lake: LakeReader, pack: PackSpec, events: list[Event]
) -> None:
    query = SemanticQuery(metrics=("orders", "rejected_records", "error_rate"))
    assert _run(lake, pack, query) == [
        {"orders": _count("purchase")(events), "rejected_records": 0, "error_rate": None}
    ]
    hourly = _run(lake, pack, query.model_copy(update={"grain": "hour"}))
    assert sum(row["orders"] for row in hourly) == _count("purchase")(events)


def test_that_nothing_divided_by_nothing_is_empty(lake: LakeReader, pack: PackSpec) -> None:
    long_ago = Period(
        kind="between",
        start=dt.datetime(2001, 1, 1, tzinfo=dt.UTC),
        end=dt.datetime(2001, 1, 2, tzinfo=dt.UTC),
    )
    for metric in pack.semantic.metrics:
        query = SemanticQuery(metrics=(metric.name,), period=long_ago)
        (row,) = _run(lake, pack, query)
        assert not row[metric.name]
