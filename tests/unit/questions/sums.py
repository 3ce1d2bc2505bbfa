"""What the verified questions ought to answer, counted in plain Python over the shop's rows."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from tests.unit.questions.rows import NOW, RATES, Row, Shop, floor

Expected = list[tuple[Any, ...]]


class Window:
    """The shop's rows from ``lo`` until before ``hi``."""

    def __init__(self, shop: Shop, params: Mapping[str, Any]) -> None:
        self.shop, self.params = shop, params
        self.lo: Any = params.get("from")
        self.hi: Any = params.get("to")
        self.n = params.get("n")

    def events(self, *kinds: str, lo: Any = None, hi: Any = None) -> list[Row]:
        lo, hi = lo or self.lo, hi or self.hi
        return [
            event
            for event in self.shop.events
            if (not kinds or event["event_type"] in kinds) and lo <= event["ts"] < hi
        ]

    def whole_minutes(self, *kinds: str) -> list[Row]:
        """Gold's view: what is in minutes that begin in the window."""
        return [
            event
            for event in self.shop.events
            if (not kinds or event["event_type"] in kinds)
            and self.lo <= floor(event["ts"]) < self.hi
        ]

    def before(self, *kinds: str) -> list[Row]:
        return self.events(*kinds, lo=self.lo - (self.hi - self.lo), hi=self.lo)

    def minutes(self) -> list[Row]:
        return [m for m in self.shop.minutes if self.lo <= m["window_start"] < self.hi]

    def batches(self) -> list[Row]:
        return [b for b in self.shop.batches if self.lo <= b["started_at"] < self.hi]

    def refused(self) -> list[Row]:
        return [r for r in self.shop.refused if self.lo <= r["kafka_ts"] < self.hi]

    def alerts(self) -> list[Row]:
        return [a for a in self.shop.alerts if self.lo <= a["raised_at"] < self.hi]


def usd(rows: Iterable[Row]) -> float:
    return float(sum(row["amount_usd"] or 0 for row in rows))


def people(rows: Iterable[Row], kind: str = "") -> int:
    return len({row["user_id"] for row in rows if kind in ("", row["event_type"])})


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def by(rows: Iterable[Row], *keys: str) -> dict[Any, list[Row]]:
    """Rows by a key; those without one are left out."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        key = tuple(row[name] for name in keys)
        if all(part not in (None, "") for part in key):
            found[key[0] if len(keys) == 1 else key].append(row)
    return found


def hour(moment: dt.datetime) -> dt.datetime:
    return floor(moment).replace(minute=0)


def ms(later: dt.datetime, earlier: dt.datetime) -> int:
    """As DuckDB counts: edges of milliseconds between two moments."""
    return _milli(later) - _milli(earlier)


def _milli(moment: dt.datetime) -> int:
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (moment - epoch) // dt.timedelta(milliseconds=1)


def quantile(values: list[float], at: float) -> float:
    """With linear interpolation between neighbours."""
    values = sorted(values)
    place = at * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def correlation(pairs: list[tuple[float, float]]) -> float:
    return statistics.correlation([x for x, _ in pairs], [y for _, y in pairs])


def ranked(rows: Expected, column: int, n: int | None) -> Expected:
    """The greatest first, equal ones by their first column."""
    return sorted(rows, key=lambda row: (-row[column], row[0]))[:n]


def is_paid(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["event_type"] == "purchase"]


Sum = Callable[[Window], Expected]
SUMS: dict[str, tuple[tuple[str, ...], Sum]] = {}


def answers(name: str, *columns: str) -> Callable[[Sum], Sum]:
    """Registers what the columns of a question's rows are to be."""

    def register(function: Sum) -> Sum:
        SUMS[name] = (columns, function)
        return function

    return register


@answers("revenue", "gmv_usd", "refund_usd", "net_usd")
def _(w: Window) -> Expected:
    bought, back = usd(w.events("purchase")), usd(w.events("refund"))
    return [(bought, back, bought - back)]


@answers("revenue_by_minute", "window_start", "gmv_usd", "net_usd", "orders")
def _(w: Window) -> Expected:
    found: dict[Any, list[Row]] = defaultdict(list)
    for event in w.whole_minutes():
        found[floor(event["ts"])].append(event)
    return [
        (
            minute,
            usd(is_paid(rows)),
            usd(is_paid(rows)) - usd(r for r in rows if r["event_type"] == "refund"),
            len(is_paid(rows)),
        )
        for minute, rows in sorted(found.items())
    ]


@answers("revenue_by_hour", "hour_start", "gmv_usd", "orders")
def _(w: Window) -> Expected:
    found: dict[Any, list[Row]] = defaultdict(list)
    for event in w.whole_minutes():
        found[hour(event["ts"])].append(event)
    return [(h, usd(is_paid(r)), len(is_paid(r))) for h, r in sorted(found.items())]


@answers("revenue_vs_before", "gmv_usd", "before_usd", "change")
def _(w: Window) -> Expected:
    now, before = usd(w.events("purchase")), usd(w.before("purchase"))
    return [(now, before, now / before - 1)]


@answers("revenue_today_and_yesterday", "today_usd", "yesterday_usd")
def _(w: Window) -> Expected:
    midnight = NOW.replace(hour=0, minute=0, second=0)
    day = dt.timedelta(days=1)
    today = w.events("purchase", lo=midnight, hi=NOW)
    return [(usd(today), usd(w.events("purchase", lo=midnight - day, hi=NOW - day)))]


@answers("revenue_by_country", "country", "gmv_usd", "orders", "share")
def _(w: Window) -> Expected:
    found = by(w.whole_minutes("purchase"), "country")
    whole = sum(usd(rows) for rows in found.values())
    return ranked([(c, usd(r), len(r), usd(r) / whole) for c, r in found.items()], 1, w.n)


@answers("revenue_by_campaign", "campaign", "gmv_usd", "orders")
def _(w: Window) -> Expected:
    found = by(w.events("purchase"), "campaign")
    return ranked([(c, usd(r), len(r)) for c, r in found.items()], 1, w.n)


@answers("revenue_by_currency", "currency", "orders", "gmv_usd")
def _(w: Window) -> Expected:
    found = by(w.events("purchase"), "currency")
    return ranked([(c, len(r), usd(r)) for c, r in found.items()], 2, w.n)


@answers("revenue_by_hour_of_day", "hour_of_day", "gmv_usd_a_day")
def _(w: Window) -> Expected:
    hours: dict[int, float] = defaultdict(float)
    days: dict[int, set[dt.date]] = defaultdict(set)
    for minute in w.minutes():
        at = minute["window_start"]
        hours[at.hour] += minute["gmv_usd"]
        days[at.hour].add(at.date())
    return ranked([(h, hours[h] / len(days[h])) for h in hours], 1, None)


@answers("average_revenue_per_minute", "gmv_usd_a_minute", "orders_a_minute")
def _(w: Window) -> Expected:
    found = w.minutes()
    first, last = found[0]["window_start"], found[-1]["window_start"]
    length = (last - first) / dt.timedelta(minutes=1) + 1
    gmv, orders = sum(m["gmv_usd"] for m in found), sum(m["orders"] for m in found)
    return [(gmv / length, orders / length)]


@answers("revenue_per_visitor", "gmv_usd", "users", "gmv_usd_a_user")
def _(w: Window) -> Expected:
    gmv, users = usd(w.events("purchase")), people(w.events())
    return [(gmv, users, gmv / users)]


@answers("revenue_running_total", "window_start", "total_usd")
def _(w: Window) -> Expected:
    total, rows = 0.0, []
    for minute in w.minutes():
        total += minute["gmv_usd"]
        rows.append((minute["window_start"], total))
    return rows


@answers("refunds", "refunds", "refund_usd", "refunds_an_order")
def _(w: Window) -> Expected:
    back = w.events("refund")
    return [(len(back), usd(back), share(len(back), len(w.events("purchase"))))]


@answers("refund_rate_by_category", "category", "refund_rate", "refunds", "orders")
def _(w: Window) -> Expected:
    bought, back = by(w.events("purchase"), "category_id"), by(w.events("refund"), "category_id")
    rows = [(c, len(back[c]) / len(r), len(back[c]), len(r)) for c, r in bought.items()]
    return sorted(rows, key=lambda row: (-row[1], -row[3], row[0]))[: w.n]


@answers("time_to_refund", "median_ms", "refunds")
def _(w: Window) -> Expected:
    bought = by(w.shop.events, "user_id", "product_id")
    waits = []
    for event in w.events("refund"):
        earlier = [
            other["ts"]
            for other in bought[event["user_id"], event["product_id"]]
            if other["event_type"] == "purchase"
            and other["session_id"] == event["session_id"]
            and w.lo - dt.timedelta(days=1) <= other["ts"] <= event["ts"]
        ]
        waits += [ms(event["ts"], max(earlier))] if earlier else []
    return [(statistics.median(waits), len(waits))]


@answers("discounts", "discount_usd", "discount_share", "discounted_orders")
def _(w: Window) -> Expected:
    bought = w.events("purchase")
    off = sum(e["price"] * e["quantity"] * e["discount"] * RATES[e["currency"]] for e in bought)
    return [(off, off / (off + usd(bought)), sum(e["discount"] > 0 for e in bought))]


@answers("discount_and_volume", "discount_and_pieces", "pieces_with_discount", "pieces_without")
def _(w: Window) -> Expected:
    bought = w.events("purchase")
    some = [e["quantity"] for e in bought if e["discount"] > 0]
    none = [e["quantity"] for e in bought if e["discount"] == 0]
    pairs = [(e["discount"], e["quantity"]) for e in bought]
    return [(correlation(pairs), statistics.mean(some), statistics.mean(none))]


@answers("orders", "orders", "gmv_usd")
def _(w: Window) -> Expected:
    bought = w.events("purchase")
    return [(len(bought), usd(bought))]


@answers("orders_by_device", "device_type", "orders", "share")
def _(w: Window) -> Expected:
    found = by(w.whole_minutes("purchase"), "device_type")
    whole = sum(map(len, found.values()))
    return ranked([(d, len(r), len(r) / whole) for d, r in found.items()], 1, w.n)


@answers("average_order_value", "avg_order_value_usd", "orders")
def _(w: Window) -> Expected:
    bought = w.events("purchase")
    return [(usd(bought) / len(bought), len(bought))]


@answers("average_order_value_by_country", "country", "avg_order_value_usd", "orders")
def _(w: Window) -> Expected:
    found = by(w.events("purchase"), "country")
    return ranked([(c, usd(r) / len(r), len(r)) for c, r in found.items()], 1, w.n)


@answers("order_value_spread", "median_usd", "p25_usd", "p75_usd", "p95_usd")
def _(w: Window) -> Expected:
    values = [e["amount_usd"] for e in w.events("purchase")]
    return [tuple(quantile(values, at) for at in (0.5, 0.25, 0.75, 0.95))]


@answers("orders_above", "orders_above", "orders", "share")
def _(w: Window) -> Expected:
    values = [e["amount_usd"] for e in w.events("purchase")]
    above = sum(value > 100 for value in values)
    return [(above, len(values), above / len(values))]


@answers("basket_size", "pieces_an_order", "most_pieces", "orders")
def _(w: Window) -> Expected:
    pieces = [e["quantity"] for e in w.events("purchase")]
    return [(statistics.mean(pieces), max(pieces), len(pieces))]


@answers("time_between_orders", "median_ms", "gaps")
def _(w: Window) -> Expected:
    gaps = []
    for rows in by(w.events("purchase"), "user_id").values():
        times = sorted(row["ts"] for row in rows)
        gaps += [ms(b, a) for a, b in pairwise(times)]
    return [(statistics.median(gaps), len(gaps))]


@answers("unique_users", "users", "sessions", "events")
def _(w: Window) -> Expected:
    rows = w.events()
    return [(people(rows), len({r["session_id"] for r in rows} - {None}), len(rows))]


@answers("users_by_hour", "hour_start", "users", "buyers")
def _(w: Window) -> Expected:
    found: dict[Any, list[Row]] = defaultdict(list)
    for event in w.events():
        found[hour(event["ts"])].append(event)
    return [(h, people(r), people(r, "purchase")) for h, r in sorted(found.items())]


@answers("session_length", "average_ms", "median_ms", "sessions")
def _(w: Window) -> Expected:
    found = by([e for e in w.events() if e["event_type"] != "refund"], "session_id")
    lengths = [ms(max(e["ts"] for e in r), min(e["ts"] for e in r)) for r in found.values()]
    return [(statistics.mean(lengths), statistics.median(lengths), len(lengths))]


@answers("bounce_rate", "bounce_rate", "bounced", "sessions")
def _(w: Window) -> Expected:
    found = by([e for e in w.events() if e["event_type"] != "refund"], "session_id")
    bounced = sum(len(rows) == 1 for rows in found.values())
    return [(bounced / len(found), bounced, len(found))]


@answers("engagement_by_device", "device_type", "users", "events", "events_a_user", "buyer_share")
def _(w: Window) -> Expected:
    rows = [
        (d, people(r), len(r), len(r) / people(r), people(r, "purchase") / people(r))
        for d, r in by(w.events(), "device_type").items()
    ]
    return ranked(rows, 3, None)


def _first_seen(w: Window) -> dict[str, dt.datetime]:
    first: dict[str, dt.datetime] = {}
    for event in w.shop.events:
        if event["ts"] < w.hi:
            first[event["user_id"]] = min(event["ts"], first.get(event["user_id"], event["ts"]))
    return first


@answers("new_and_returning", "kind", "users", "orders", "gmv_usd")
def _(w: Window) -> Expected:
    first = _first_seen(w)
    kinds: dict[str, list[Row]] = defaultdict(list)
    for event in w.events():
        kinds["new" if first[event["user_id"]] >= w.lo else "returning"].append(event)
    return [(k, people(r), len(is_paid(r)), usd(is_paid(r))) for k, r in sorted(kinds.items())]


@answers("repeat_buyers", "repeat_buyers", "all_buyers", "repeat_share")
def _(w: Window) -> Expected:
    orders = Counter(e["user_id"] for e in w.events("purchase"))
    again = sum(count > 1 for count in orders.values())
    return [(again, len(orders), again / len(orders))]


@answers("rfm_segments", "segment", "buyers", "gmv_usd")
def _(w: Window) -> Expected:
    found = by(w.events("purchase"), "user_id")
    recency = {u: (floor_s(NOW) - floor_s(max(e["ts"] for e in r))) for u, r in found.items()}
    scores = {
        u: (
            _score([-x for x in recency.values()], -recency[u]),
            _score([len(x) for x in found.values()], len(r)),
            _score([round(usd(x), 9) for x in found.values()], round(usd(r), 9)),
        )
        for u, r in found.items()
    }
    segments: dict[str, list[str]] = defaultdict(list)
    for user, (r, f, m) in scores.items():
        segments[_segment(r, f, m)].append(user)
    rows = [(s, len(us), sum(usd(found[u]) for u in us)) for s, us in segments.items()]
    return ranked(rows, 2, None)


def floor_s(moment: dt.datetime) -> int:
    return int(moment.timestamp() // 1)


def _score(values: list[float], own: float) -> int:
    """The quarter of the others that are below."""
    return min(4, 1 + int(4 * sum(v < own for v in values) / (len(values) - 1)))


def _segment(r: int, f: int, m: int) -> str:
    if min(r, f, m) >= 3:
        return "champions"
    if f >= 3:
        return "loyal" if r >= 3 else "at risk"
    return "recent" if r >= 3 else "sleeping"


@answers("retention_by_day", "cohort", "days_later", "users", "retention")
def _(w: Window) -> Expected:
    days: dict[str, set[dt.date]] = defaultdict(set)
    for event in w.shop.events:
        if event["ts"] < w.hi:
            days[event["user_id"]].add(event["ts"].date())
    cells = Counter(
        (min(seen), (day - min(seen)).days)
        for seen in days.values()
        for day in seen
        if min(seen) >= w.lo.date()
    )
    return [
        (dt.datetime.combine(cohort, dt.time(), dt.UTC), later, users, users / cells[cohort, 0])
        for (cohort, later), users in sorted(cells.items())
    ]


@answers("viewers_without_purchase", "viewers_without_purchase", "viewers")
def _(w: Window) -> Expected:
    viewers = {e["user_id"] for e in w.events("product_view")}
    return [(len(viewers - {e["user_id"] for e in w.events("purchase")}), len(viewers))]


@answers("conversion", "viewers", "buyers", "conversion_rate")
def _(w: Window) -> Expected:
    viewers, buyers = people(w.events("page_view")), people(w.events("purchase"))
    return [(viewers, buyers, buyers / viewers)]


@answers("conversion_by_hour", "hour_start", "viewers", "buyers", "conversion_rate")
def _(w: Window) -> Expected:
    found: dict[Any, list[Row]] = defaultdict(list)
    for event in w.events():
        found[hour(event["ts"])].append(event)
    return [
        (h, v := people(r, "page_view"), b := people(r, "purchase"), share(b, v))
        for h, r in sorted(found.items())
    ]


@answers("funnel", "step", "users", "share")
def _(w: Window) -> Expected:
    steps = {
        "page view": "page_view",
        "product view": "product_view",
        "add to cart": "add_to_cart",
        "checkout": "checkout_start",
        "purchase": "purchase",
    }
    first = people(w.events("page_view"))
    return [(s, people(w.events(k)), people(w.events(k)) / first) for s, k in steps.items()]


def _carts(w: Window) -> dict[tuple[str, str], tuple[bool, list[Row]]]:
    """(user, product) → whether it was left behind, and its events."""
    carts = {}
    for key, rows in by(w.events("add_to_cart", "purchase"), "user_id", "product_id").items():
        added = [row["ts"] for row in rows if row["event_type"] == "add_to_cart"]
        bought = [row["ts"] for row in rows if row["event_type"] == "purchase"]
        if added:
            carts[key] = (not bought or max(bought) < min(added), rows)
    return carts


@answers("cart_abandonment", "abandonment_rate", "abandoned", "carts")
def _(w: Window) -> Expected:
    carts = _carts(w)
    left = sum(behind for behind, _ in carts.values())
    return [(left / len(carts), left, len(carts))]


@answers("cart_abandonment_by_product", "product_id", "abandonment_rate", "abandoned", "carts")
def _(w: Window) -> Expected:
    found: dict[str, list[bool]] = defaultdict(list)
    for (_, product), (behind, _) in _carts(w).items():
        found[product].append(behind)
    rows = [(p, sum(b) / len(b), sum(b), len(b)) for p, b in found.items() if len(b) >= 5]
    return sorted(rows, key=lambda row: (-row[1], -row[3], row[0]))[: w.n]


@answers("abandoned_value", "abandoned_usd", "abandoned")
def _(w: Window) -> Expected:
    left = [rows for behind, rows in _carts(w).values() if behind]
    total = 0.0
    for rows in left:
        last = max((r for r in rows if r["event_type"] == "add_to_cart"), key=lambda r: r["ts"])
        total += last["price"] * last["quantity"] * RATES[last["currency"]]
    return [(total, len(left))]


@answers("time_cart_to_purchase", "median_ms", "average_ms", "p95_ms", "orders")
def _(w: Window) -> Expected:
    waits: list[float] = []
    rows = by(w.shop.events, "user_id", "product_id")
    for event in w.events("purchase"):
        earlier = [
            other["ts"]
            for other in rows[event["user_id"], event["product_id"]]
            if other["event_type"] == "add_to_cart"
            and w.lo - dt.timedelta(days=1) <= other["ts"] <= event["ts"]
        ]
        waits += [ms(event["ts"], max(earlier))] if earlier else []
    middle, mean = statistics.median(waits), statistics.mean(waits)
    return [(middle, mean, quantile(waits, 0.95), len(waits))]


@answers("search_to_purchase", "search_conversion_rate", "sessions_with_search")
def _(w: Window) -> Expected:
    searched = bought = 0
    for rows in by(w.events(), "session_id").values():
        searches = [row["ts"] for row in rows if row["event_type"] == "search"]
        orders = [row["ts"] for row in rows if row["event_type"] == "purchase"]
        searched += bool(searches)
        bought += bool(searches and orders and max(orders) > min(searches))
    return [(bought / searched, searched)]


@answers("top_products", "product_id", "gmv_usd", "pieces", "orders")
def _(w: Window) -> Expected:
    found = by(w.events("purchase"), "product_id")
    rows = [(p, usd(r), sum(e["quantity"] for e in r), len(r)) for p, r in found.items()]
    return ranked(rows, 1, w.n)


@answers("declining_products", "product_id", "gmv_usd", "before_usd", "difference_usd")
def _(w: Window) -> Expected:
    now, before = by(w.events("purchase"), "product_id"), by(w.before("purchase"), "product_id")
    rows = [(p, usd(now[p]), usd(before[p])) for p in {*now, *before}]
    fallen = [(p, a, b, a - b) for p, a, b in rows if a < b]
    return sorted(fallen, key=lambda row: (row[3], row[0]))[: w.n]


@answers("viewed_not_bought", "product_id", "views", "viewers")
def _(w: Window) -> Expected:
    sold = {e["product_id"] for e in w.events("purchase")}
    found = by(w.events("product_view"), "product_id")
    return ranked([(p, len(r), people(r)) for p, r in found.items() if p not in sold], 1, w.n)


@answers("bought_together", "pair", "users")
def _(w: Window) -> Expected:
    pairs: Counter[str] = Counter()
    for rows in by(w.events("purchase"), "user_id").values():
        products = sorted({row["product_id"] for row in rows} - {None})
        pairs.update(f"{a} + {b}" for i, a in enumerate(products) for b in products[i + 1 :])
    return ranked(list(pairs.items()), 1, w.n)


@answers("events_by_type", "event_type", "events", "users", "share")
def _(w: Window) -> Expected:
    whole, found = len(w.events()), by(w.events(), "event_type")
    return ranked([(k, len(r), people(r), len(r) / whole) for k, r in found.items()], 1, None)


@answers("average_events_per_minute", "events_a_minute", "most_in_a_minute")
def _(w: Window) -> Expected:
    found = w.minutes()
    first, last = found[0]["window_start"], found[-1]["window_start"]
    length = (last - first) / dt.timedelta(minutes=1) + 1
    return [(sum(m["events"] for m in found) / length, max(m["events"] for m in found))]


@answers("minutes_without_events", "empty_minutes", "minutes_with_events")
def _(w: Window) -> Expected:
    found = [m["window_start"] for m in w.minutes()]
    length = int((found[-1] - found[0]) / dt.timedelta(minutes=1)) + 1
    return [(length - len(found), len(found))]


@answers("anomalous_minutes", "window_start", "events")
def _(w: Window) -> Expected:
    every = {m["window_start"]: m["events"] for m in w.shop.minutes if m["window_end"] <= NOW}
    rows = []
    for minute, events in every.items():
        earlier = [minute - dt.timedelta(minutes=m) for m in range(1, 61)]
        floor_lo = w.lo - dt.timedelta(hours=1)
        usual = [every[m] for m in earlier if m in every and m >= floor_lo]
        if minute >= w.lo and len(usual) >= 30:
            mean, spread = statistics.mean(usual), statistics.stdev(usual)
            if abs(events - mean) > 3 * spread:
                rows.append((minute, events, abs(events - mean) / spread))
    rows.sort(key=lambda row: (-row[2], row[0]))
    return [row[:2] for row in rows[: w.n]]


@answers("refused", "reason", "records", "share")
def _(w: Window) -> Expected:
    counts = Counter(r["reason"] for r in w.refused())
    return ranked([(r, c, c / counts.total()) for r, c in counts.items()], 1, None)


@answers("error_rate", "error_rate", "refused", "records")
def _(w: Window) -> Expected:
    bad = sum(b["rejected"] for b in w.batches())
    read = sum(b["input_rows"] for b in w.batches())
    return [(bad / read, bad, read)]


@answers("duplicates", "duplicates", "records", "duplicate_share")
def _(w: Window) -> Expected:
    twice = sum(b["duplicates"] for b in w.batches())
    read = sum(b["input_rows"] for b in w.batches())
    return [(twice, read, twice / read)]


@answers("late_events", "late_events", "events", "late_share")
def _(w: Window) -> Expected:
    rows = w.events()
    late = sum(row["is_late"] for row in rows)
    return [(late, len(rows), late / len(rows))]


@answers("missing_fields", "field", "missing_share")
def _(w: Window) -> Expected:
    rows = w.events()
    fields = "session_id country device_type referrer campaign product_id category_id price ua"
    missing = [(f, sum(r[f] in (None, "") for r in rows) / len(rows)) for f in fields.split()]
    return ranked(missing, 1, None)


@answers("gold_check", "gold_orders", "silver_orders", "minutes_that_differ")
def _(w: Window) -> Expected:
    orders = sum(m["orders"] for m in w.minutes())
    return [(orders, orders, 0)]


@answers("freshness", "typical_ms", "slow_ms", "worst_ms", "batches")
def _(w: Window) -> Expected:
    found = [b for b in w.batches() if b["end_to_end_p50_ms"] is not None]
    p95 = [b["end_to_end_p95_ms"] for b in found]
    middle = statistics.median(b["end_to_end_p50_ms"] for b in found)
    return [(middle, statistics.median(p95), max(p95), len(found))]


@answers("latency_percentiles", "p50_ms", "p95_ms", "p99_ms", "most_ms", "events")
def _(w: Window) -> Expected:
    waits: list[float] = [ms(e["processed_ts"], e["kafka_ts"]) for e in w.events()]
    at = [quantile(waits, share) for share in (0.5, 0.95, 0.99)]
    return [(*at, max(waits), len(waits))]


@answers("lag", "kafka_lag", "most", "average_lag")
def _(w: Window) -> Expected:
    lags = [b["kafka_lag"] for b in w.batches()]
    return [(lags[-1], max(lags), statistics.mean(lags))]


@answers("throughput", "records", "batches", "records_a_busy_second")
def _(w: Window) -> Expected:
    found = w.batches()
    read, busy = sum(b["input_rows"] for b in found), sum(b["duration_ms"] for b in found)
    return [(read, len(found), read / (busy / 1000))]


@answers("open_alerts", "rule", "severity")
def _(w: Window) -> Expected:
    return [("error_rate", "critical"), ("events_anomaly", "warning")]


@answers("alerts_by_rule", "rule", "alerts")
def _(w: Window) -> Expected:
    return ranked(list(Counter(a["rule"] for a in w.alerts()).items()), 1, None)
