"""The audited tables, followed commit by commit, and the sums of what their live files hold.

Each file is read once: its rows' sums are kept beside its size and time of change, so that a look
at a table of a thousand files reads the two that are new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from engine.contracts.names import Table
from engine.contracts.tally import Difference
from engine.lake.log import LogCommit, LogTail, Mark, newest_mark
from engine.tally.counted import Standing
from engine.tally.errors import CountBroken
from engine.tally.measures import Measures, Sum, Sums, joined

AUDITED: Final = (Table.BRONZE, Table.SILVER, Table.QUARANTINE, Table.GOLD_KPIS)
SUMMED: Final = (Table.BRONZE, Table.SILVER, Table.QUARANTINE)

_MADE_ANEW = (Table.SILVER, Table.QUARANTINE)


class FileSums(NamedTuple):
    """What a file held when it was as large and as old as this."""

    bytes: int
    changed_ns: int
    sums: Sums


@dataclass
class LakeSide:
    """Tails and sums of one lake; ``gold_seen`` is the version of gold that was compared last."""

    root: Path
    tails: dict[Table, LogTail]
    kept: dict[Table, dict[str, FileSums]] = field(default_factory=dict)
    strangers: dict[Table, LogCommit] = field(default_factory=dict)
    """The newest commit of each table that changed rows and is not the pipeline's."""

    @classmethod
    def at_batch(cls, root: Path, batch: int) -> LakeSide:
        """The tables as that micro-batch left them. Raises LogGap."""
        return cls(root, {t: LogTail.at_batch(root / t.value, batch) for t in AUDITED})

    def look(self) -> None:
        """Reads what was committed since. Raises LogGap."""
        for tail in self.tails.values():
            tail.look()

    def next_batch(self, at: Standing, up_to: int) -> Mark | None:
        """The next whole micro-batch in bronze; commits that are none are taken on the way.

        Raises CountBroken where it does not follow on what was counted.
        """
        tail = self.tails[Table.BRONZE]
        while tail.waiting:
            commit = tail.waiting[0]
            mark = commit.mark
            if mark is not None and mark.batch > up_to:
                return None
            self._check(Table.BRONZE, commit, at)
            if mark is not None and mark.batch > at.batch and mark.start != mark.end:
                _check_follows(mark, at)
                return mark
            self._take(Table.BRONZE)
        return None

    def take_batch(self) -> None:
        """Bronze's batch is settled: its commit is part of the table now."""
        self._take(Table.BRONZE)

    def follow(self, at: Standing) -> None:
        """Takes what the other tables got up to the settled batch. Raises CountBroken."""
        for table in AUDITED[1:]:
            tail = self.tails[table]
            while tail.waiting:
                commit = tail.waiting[0]
                if commit.mark is not None and commit.mark.batch > at.batch:
                    break
                self._check(table, commit, at)
                self._take(table)

    def _take(self, table: Table) -> None:
        commit = self.tails[table].take()
        if commit.mark is None and (commit.added or commit.removed):
            self.strangers[table] = commit

    def _check(self, table: Table, commit: LogCommit, at: Standing) -> None:
        if commit.mark is None:
            return
        when = clock(commit.time_ms / 1000)
        if commit.operation == "RESTORE":
            raise CountBroken(
                f"{table.value} was restored to an older version at {when}.",
                "Minutes before are not audited.",
            )
        if table in _MADE_ANEW and commit.operation == "DELETE":
            raise CountBroken(
                f"{table.value} was rebuilt at {when}.", "Minutes before are not audited."
            )
        if commit.mark.source != at.source:
            raise CountBroken(
                f"Another topic, or one made anew, is read since {when}.",
                "Minutes before are not audited.",
            )

    @property
    def owed(self) -> frozenset[int]:
        """Minutes whose late events gold is still to count."""
        mark = self.tails[Table.GOLD_KPIS].mark
        return frozenset(mark.owed if mark is not None else ())

    # What the files hold

    def faults_of_files(self) -> tuple[Difference, ...]:
        """Live files that are gone, or are not as large as the log says."""
        found = []
        for table, tail in self.tails.items():
            for file in tail.files.values():
                try:
                    size = Path(tail.place(file.path)).stat().st_size
                except OSError:
                    size = None
                if size != file.bytes:
                    known = self.kept.get(table, {}).get(file.path)
                    found.append(_of_file(table, file.path, file.rows, file.bytes, size, known))
        return tuple(found)

    def sums(self, table: Table, at: Standing, measures: Measures) -> Sums:
        """Of the live rows at counted offsets; a file that cannot be read counts as it was."""
        tail, kept = self.tails[table], self.kept.setdefault(table, {})
        for path in kept.keys() - tail.files.keys():
            del kept[path]
        for path in tail.files:
            place = tail.place(path)
            try:
                stat = Path(place).stat()
            except OSError:
                continue  # told as a fault of files
            seen = kept.get(path)
            if seen is None or (seen.bytes, seen.changed_ns) != (stat.st_size, stat.st_mtime_ns):
                try:
                    sums = _read(table, place, at, measures)
                except (duckdb.IOException, duckdb.InvalidInputException):
                    continue  # cut short or overwritten: of another size, and told as such
                kept[path] = FileSums(stat.st_size, stat.st_mtime_ns, sums)
        return joined(kept[path].sums for path in tail.files if path in kept)

    def paths(self, table: Table) -> list[str]:
        """Live files that are there."""
        tail = self.tails[table]
        places = (tail.place(path) for path in tail.files)
        return [place for place in places if Path(place).is_file()]


def whole_batch(root: Path) -> Mark | None:
    """The newest micro-batch that every table has: metrics get their row last."""
    return newest_mark(root / Table.METRICS.value)


def clock(moment_s: float) -> str:
    """A time of day in words, with the date where it is not today."""
    then = dt.datetime.fromtimestamp(moment_s, dt.UTC)
    today = dt.datetime.now(dt.UTC).date() == then.date()
    return f"{then:%H:%M} (UTC)" if today else f"{then:%Y-%m-%d %H:%M} (UTC)"


def _read(table: Table, place: str, at: Standing, measures: Measures) -> Sums:
    if table is Table.BRONZE:
        return measures.sums_of_bronze(place, at.base, at.source)
    if table is Table.SILVER:
        return measures.sums_of_silver(place, at.base, at.source, at.since)
    return measures.sums_of_quarantine(place, at.base, at.base_ms)


def _check_follows(mark: Mark, at: Standing) -> None:
    for partition, end in mark.end.items():
        start = mark.start.get(partition, 0)
        if start != at.offsets.get(partition, 0) or end < start:
            raise CountBroken(
                f"The pipeline went on at offset {start:,} of partition {partition}, where "
                f"{at.offsets.get(partition, 0):,} came next.",
                "Minutes before are not audited.",
            )


def _of_file(
    table: Table, path: str, rows: int | None, wanted: int, size: int | None, known: FileSums | None
) -> Difference:
    what = "is missing" if size is None else f"has {size:,} bytes in place of {wanted:,}"
    held = "" if rows is None else f"; it held {rows:,} rows"
    minutes = _minutes(table, known.sums) if known is not None else ""
    return Difference(
        table=table,
        kind="file",
        text=f"{table.value}: the file {path} {what}{held}{minutes}. {remedy(table)}",
        # A file that was never read is missing in the sums, too, and counted there.
        records=rows or 0 if known is not None and rows else 0,
    )


def _minutes(table: Table, sums: Mapping[str, Sum]) -> str:
    minutes = sorted(int(key) for key in sums) if table is Table.SILVER else []
    if not minutes:
        return ""
    return f" of minutes {clock(minutes[0] * 60)} to {clock(minutes[-1] * 60)}"


def remedy(table: Table) -> str:
    """What brings the table back in order."""
    if table is Table.GOLD_KPIS:
        return "`rt-lakehouse rebuild gold` computes gold anew from silver."
    if table in _MADE_ANEW:
        return "`rt-lakehouse rebuild` makes silver, quarantine and gold anew from bronze."
    return (
        f"`rt-lakehouse restore-table {table.value} VERSION` goes back to a whole version, and "
        "what came since is read from the broker again."
    )
