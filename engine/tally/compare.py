"""Holds the lake against what was counted, and says in sentences what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from engine.contracts.names import Table
from engine.contracts.tally import Difference, OffsetRange
from engine.tally.arrival import MINUTE_US
from engine.tally.counted import Counted
from engine.tally.lake_side import SUMMED, LakeSide, clock, remedy
from engine.tally.measures import Figures, Measures, Sum, minute_of

Place = tuple[int, int]
Found = tuple[tuple[OffsetRange, ...], tuple[OffsetRange, ...]]
"""(lost, doubled)"""

MOST_RANGES = 20
MOST_EXPLAINED = 5
"""Keys of one table whose offsets are looked up; the rest is told by number alone."""


def differences(lake: LakeSide, counted: Counted, measures: Measures) -> list[Difference]:
    """Everything that differs; the lake is at the settled micro-batch."""
    found = list(lake.faults_of_files())
    for table in SUMMED:
        found += _of_sums(table, lake, counted, measures)
    found += _of_gold(lake, counted, measures)
    return found


def _of_sums(
    table: Table, lake: LakeSide, counted: Counted, measures: Measures
) -> list[Difference]:
    there = lake.sums(table, counted.at, measures)
    if table is Table.SILVER:
        there = {key: each for key, each in there.items() if int(key) >= counted.at.since}
    wanted = counted.expected(table)
    keys = [k for k in {*wanted, *there} if wanted.get(k, Sum()) != there.get(k, Sum())]
    found = []
    for number, key in enumerate(sorted(keys)):
        sums = wanted.get(key, Sum()), there.get(key, Sum())
        places = None
        if number < MOST_EXPLAINED:
            places = _places(table, key, lake, counted, measures)
        found += _tell(table, key, sums, places)
    return found


def _tell(table: Table, key: str, sums: tuple[Sum, Sum], places: Found | None) -> list[Difference]:
    wanted, there = sums
    lost, doubled = places or ((), ())
    missing, extra = sum(r.count for r in lost), sum(r.count for r in doubled)
    if missing - extra != wanted.rows - there.rows:
        # Rows whose offsets nobody knows any more: what is known is their number.
        missing, extra = max(0, wanted.rows - there.rows), max(0, there.rows - wanted.rows)
        lost, doubled = (lost if missing else ()), (doubled if extra else ())
    found = []
    if missing:
        found.append(_records(table, key, "lost", missing, lost))
    if extra:
        found.append(_records(table, key, "doubled", extra, doubled))
    if not found:
        found.append(_edited(table, key, there.rows))
    return found


def _records(
    table: Table, key: str, kind: str, count: int, ranges: tuple[OffsetRange, ...]
) -> Difference:
    listed = "; ".join(
        f"partition {r.partition}, offset{'s' if r.last > r.first else ''} {_span(r)}"
        for r in ranges[:MOST_RANGES]
    )
    rows = "1 record is" if count == 1 else f"{count:,} records are"
    what = "lost" if kind == "lost" else "there twice, or were never in the topic"
    where = f" ({listed})" if listed else ""
    return Difference(
        table=table,
        kind="lost" if kind == "lost" else "doubled",
        text=f"{table.value}, {_key(table, key)}: {rows} {what}{where}. {remedy(table)}",
        minute_s=int(key) * 60 if table is Table.SILVER else None,
        records=count,
        offsets=ranges[:MOST_RANGES],
    )


def _edited(table: Table, key: str, rows: int) -> Difference:
    return Difference(
        table=table,
        kind="edited",
        text=(
            f"{table.value}, {_key(table, key)}: as many records as counted ({rows:,}), but not "
            f"with the same values. {remedy(table)}"
        ),
        minute_s=int(key) * 60 if table is Table.SILVER else None,
    )


def _key(table: Table, key: str) -> str:
    if table is Table.SILVER:
        return f"minute {clock(int(key) * 60)}"
    return f"partition {key}" if table is Table.BRONZE else f"reason {key}"


def _span(found: OffsetRange) -> str:
    return f"{found.first:,}" if found.first == found.last else f"{found.first:,}–{found.last:,}"


def ranges_of(places: Iterable[Place]) -> tuple[OffsetRange, ...]:
    """Offsets that follow on each other as ranges.

    >>> [(r.first, r.last) for r in ranges_of([(0, 3), (0, 4), (0, 7)])]
    [(3, 4), (7, 7)]
    """
    found: list[OffsetRange] = []
    for partition, offset in sorted(places):
        last = found[-1] if found else None
        if last is not None and (last.partition, last.last + 1) == (partition, offset):
            found[-1] = last.model_copy(update={"last": offset, "count": last.count + 1})
        else:
            found.append(OffsetRange(partition=partition, first=offset, last=offset, count=1))
    return tuple(found)


def _places(
    table: Table, key: str, lake: LakeSide, counted: Counted, measures: Measures
) -> Found | None:
    """(lost, doubled) offsets of one key; None where the table cannot be read for it."""
    files = lake.paths(table)
    if not files:
        return None
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    source = f"read_parquet([{listed}], union_by_name = true)"
    try:
        if table is Table.BRONZE:
            return _in_bronze(int(key), source, counted, measures)
        return _in_rows(table, key, source, counted, measures)
    except duckdb.Error:
        return None


def _in_bronze(partition: int, source: str, counted: Counted, measures: Measures) -> Found:
    """Bronze has every offset once: what is lost are gaps, however many rows there are."""
    at = counted.at
    first, end = at.base.get(partition, 0), at.offsets.get(partition, 0)
    rows = (
        f'FROM {source} WHERE partition = {partition} AND "offset" >= {first} '
        f"AND source = '{at.source}'"
    )
    twice = measures.fetch(f'SELECT "offset" {rows} GROUP BY "offset" HAVING count(*) > 1')
    edges = (
        f'SELECT {first - 1} AS o UNION ALL SELECT {end} UNION ALL SELECT DISTINCT "offset" {rows}'
    )
    gaps = measures.fetch(
        f"SELECT o, following FROM (SELECT o, lead(o) OVER (ORDER BY o) AS following "
        f"FROM ({edges})) WHERE following - o > 1 ORDER BY o LIMIT {MOST_RANGES}"
    )
    lost = tuple(
        OffsetRange(partition=partition, first=o + 1, last=n - 1, count=n - o - 1) for o, n in gaps
    )
    return lost, ranges_of((partition, offset) for (offset,) in twice)


def _in_rows(table: Table, key: str, source: str, counted: Counted, measures: Measures) -> Found:
    at = counted.at
    low = " OR ".join(f'(partition = {p} AND "offset" >= {o})' for p, o in at.base.items())
    if table is Table.SILVER:
        minute = minute_of(f'epoch_us("{measures.time}")')
        which = f"{minute} = {int(key)} AND source = '{at.source}'"
    else:
        which = f"reason = '{key}' AND epoch_ms(kafka_ts) >= {at.base_ms}"
    rows = measures.fetch(
        f'SELECT partition, "offset", count(*) FROM {source} WHERE {which} AND ({low}) GROUP BY ALL'
    )
    there = {(int(p), int(o)): int(n) for p, o, n in rows}
    doubled = {place for place, count in there.items() if count > 1}
    mine = _counted_places(key, counted) if table is Table.SILVER else None
    if mine is None:
        return (), ranges_of(doubled)
    return ranges_of(mine - there.keys()), ranges_of(doubled | (there.keys() - mine))


def _counted_places(key: str, counted: Counted) -> set[Place] | None:
    """Places that were counted in this minute, where that is still known."""
    bucket = counted.buckets.get(int(key))
    if bucket is None or int(key) in counted.blind:
        return None
    found: set[Place] = set()
    for piece in bucket.pieces:
        columns = piece.column("rt_partition").to_pylist(), piece.column("rt_offset").to_pylist()
        found |= set(zip(*columns, strict=True))
    return found


def _of_gold(lake: LakeSide, counted: Counted, measures: Measures) -> list[Difference]:
    since, newest = counted.at.since, counted.at.newest_us // MINUTE_US
    try:
        rows = measures.gold(lake.paths(Table.GOLD_KPIS), since)
    except duckdb.Error as error:
        text = f"{Table.GOLD_KPIS.value} cannot be read: {error}. {remedy(Table.GOLD_KPIS)}"
        return [Difference(table=Table.GOLD_KPIS, kind="file", text=text)]
    there: dict[int, list[Figures]] = {}
    for minute, figures in rows:
        there.setdefault(minute, []).append(figures)
    found: list[Difference] = []
    for minute in sorted({*there, *counted.figures} - counted.blind - lake.owed):
        if since <= minute <= newest:
            mine = counted.figures.get(minute)
            found += _of_minute(minute, mine, there.get(minute, []), _stranger(lake))
    return found


def _of_minute(
    minute: int, mine: Figures | None, there: Sequence[Figures], stranger: str
) -> list[Difference]:
    table, when = Table.GOLD_KPIS, clock(minute * 60)
    tail = f"{stranger} {remedy(table)}"
    if mine is not None and not there:
        text = f"{table.value}, minute {when}: the row is missing.{tail}"
        return [_figure(minute, "lost", text)]
    if len(there) > 1 or mine is None:
        what = "the row is there twice" if len(there) > 1 else "a row of which nothing was counted"
        return [_figure(minute, "doubled", f"{table.value}, minute {when}: {what}.{tail}")]
    wrong = [name for name, value in mine.items() if there[0].get(name) != value]
    if not wrong:
        return []
    listed = ", ".join(
        f"{name} is {_shown(there[0].get(name))}, counted {_shown(mine[name])}"
        for name in wrong[:4]
    )
    more = f" and {len(wrong) - 4} more figures differ" if len(wrong) > 4 else ""
    return [
        Difference(
            table=table,
            kind="figures",
            text=f"{table.value}, minute {when}: {listed}{more}.{tail}",
            minute_s=minute * 60,
            measure=wrong[0],
            counted=mine[wrong[0]],
            found=there[0].get(wrong[0]),
        )
    ]


def _figure(minute: int, kind: str, text: str) -> Difference:
    return Difference(
        table=Table.GOLD_KPIS,
        kind="lost" if kind == "lost" else "doubled",
        text=text,
        minute_s=minute * 60,
    )


def _stranger(lake: LakeSide) -> str:
    commit = lake.strangers.get(Table.GOLD_KPIS)
    if commit is None:
        return ""
    return f" Version {commit.version:,} was written by another program."


def _shown(value: float | None) -> str:
    return "empty" if value is None else f"{value:,.9g}"


def by_kind(found: Iterable[Difference]) -> Mapping[str, int]:
    """Records lost and doubled; of gold's rows none, since they are no records."""
    lost = doubled = 0
    for each in found:
        lost += each.records if each.kind in ("lost", "file") else 0
        doubled += each.records if each.kind == "doubled" else 0
    return {"lost": lost, "doubled": doubled}
