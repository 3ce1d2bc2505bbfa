"""The auditor: begins at a whole micro-batch, settles each that follows, compares, and says so.

It never guesses. Where what was counted no longer says what the lake must hold (a table was
restored or rebuilt, the topic is another one, records expired), the count begins anew at the next
whole micro-batch, and the report says from when on minutes are audited and why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from engine.contracts.names import Table
from engine.contracts.tally import MAX_DIFFERENCES, AuditReport, Difference
from engine.errors import LakehouseError
from engine.lake.errors import LakeReadError
from engine.lake.log import LogGap, Mark
from engine.tally.arrival import MINUTE_US, KnownKeys, TimeRules
from engine.tally.compare import by_kind, differences
from engine.tally.counted import Bucket, Counted, Standing
from engine.tally.errors import CountBroken, RecordsGone
from engine.tally.feed import Feed
from engine.tally.lake_side import LakeSide, clock, whole_batch
from engine.tally.measures import Measures
from engine.tally.saved import Saved

KEPT_MINUTES = 24 * 60
"""Minutes that go on being compared; as long as replaced files of silver are kept."""

FIRST = "The audit begins with the first micro-batch."
SLACK_MS = 3_600_000


class Auditor:
    """One lake and one topic; for one thread. ``counted`` is None until there is a begin."""

    def __init__(
        self,
        lake: Path,
        measures: Measures,
        rules: TimeRules,
        max_rows: int,
        feed: Feed,
        saved: Saved,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._root = lake
        self._measures = measures
        self._rules = rules
        self._max_rows = max_rows
        self._feed = feed
        self._saved = saved
        self._clock = clock_s
        self._lake: LakeSide | None = None
        self._why = ""
        self.counted: Counted | None = None
        self.lacks_records = False
        """Whether a batch is whole in the lake of which not every record was read yet."""
        self.report = AuditReport(waiting=FIRST)

    def look(self) -> AuditReport:
        """Follows the lake, and compares where it is caught up with. Never raises for the lake."""
        try:
            if self.counted is None or self._lake is None:
                self._begin()
            if self.counted is not None and self._lake is not None:
                self._follow(self.counted, self._lake)
        except (CountBroken, LogGap, RecordsGone) as error:
            self.begin_anew(error)
        except LakeReadError as error:
            self.report = self.report.model_copy(update={"waiting": str(error)})
        return self.report

    def begin_anew(self, why: LakehouseError) -> None:
        """What was counted is of no use any more."""
        self._why = str(why)
        self.counted = self._lake = None
        self._saved.clear()
        self.report = AuditReport(waiting=f"{self._why} It goes on with the next micro-batch.")

    def save(self) -> None:
        """Keeps what was counted for the next start."""
        if self.counted is not None and self._lake is not None:
            self._saved.save(self.counted, self._lake.kept, self._why)

    # Beginning

    def _begin(self) -> None:
        if self._resume():
            return
        whole = whole_batch(self._root)
        if whole is None or not whole.end:
            return
        self._lake = LakeSide.at_batch(self._root, whole.batch)
        since = max(0, whole.newest_us // MINUTE_US + 1)
        at = Standing(
            source=whole.source,
            base=dict(whole.end),
            base_ms=round(self._clock() * 1000) - SLACK_MS,
            since=since,
            batch=whole.batch,
            offsets=dict(whole.end),
            newest_us=whole.newest_us,
        )
        self.counted = Counted(
            self._measures, self._rules, self._max_rows, at, KnownKeys(self._rules)
        )
        self._remember(self.counted, whole.newest_us // MINUTE_US - 1)
        self._feed.go_to(at.offsets)

    def _resume(self) -> bool:
        """Goes on from what the last run counted, where the lake's log still has it."""
        kept = self._saved.load()
        if kept is None:
            return False
        whole = whole_batch(self._root)
        try:
            if whole is None or whole.source != kept.at.source:
                return False
            self._lake = LakeSide.at_batch(self._root, kept.at.batch)
        except LakeReadError:
            return False
        self._lake.kept = kept.files
        self._why = kept.why
        at = kept.at
        self.counted = Counted(
            self._measures, self._rules, self._max_rows, at, KnownKeys(self._rules)
        )
        self.counted.sums, self.counted.figures = kept.sums, kept.figures
        self.counted.blind = set(kept.blind)
        self._remember(self.counted, (at.newest_us - self._rules.late_grace_us) // MINUTE_US)
        self._feed.go_to(at.offsets)
        return True

    def _remember(self, counted: Counted, low_minute: int) -> None:
        """Fills keys and rows from silver, which is trusted with what came before the begin.

        After a restart it is not: a minute whose rows have another sum than was counted is only
        compared by its sums from then on.
        """
        assert self._lake is not None
        files = self._lake.paths(Table.SILVER)
        at = counted.at
        keys = self._measures.keys_of_silver(files, at.newest_us - self._rules.horizon_us)
        counted.keys.add(keys.column("rt_key").to_numpy(), keys.column("rt_us").to_numpy())
        rows = self._measures.rows_of_silver(files, at.source, low_minute * MINUTE_US)
        minutes = rows.column("rt_us").to_numpy() // MINUTE_US
        sums = self._measures.sums_of_rows(rows)
        expected = counted.expected(Table.SILVER)
        for minute in sorted(set(minutes.tolist())):
            if minute >= at.since and sums.get(str(minute)) != expected.get(str(minute)):
                counted.blind.add(minute)
                continue
            counted.buckets[minute] = Bucket([rows.filter(pa.array(minutes == minute))])
        for key in expected:
            if int(key) >= low_minute and int(key) not in counted.buckets:
                counted.blind.add(int(key))

    # Following

    def _follow(self, counted: Counted, lake: LakeSide) -> None:
        whole = whole_batch(self._root)
        if whole is None:
            return
        if whole.source != counted.at.source:
            raise CountBroken(
                "Another topic, or one made anew, is read now.", "Minutes before are not audited."
            )
        lake.look()
        caught_up = self._settle(counted, lake, whole)
        self.lacks_records = not caught_up
        lake.follow(counted.at)
        counted.refresh()
        if not caught_up:
            text = "Records that came meanwhile are still being counted."
            self.report = self.report.model_copy(update={"waiting": text})
            return
        oldest = counted.at.newest_us // MINUTE_US - KEPT_MINUTES
        if oldest > counted.at.since:
            counted.forget_before(oldest)
        self.report = self._told(counted, differences(lake, counted, self._measures))

    def _settle(self, counted: Counted, lake: LakeSide, whole: Mark) -> bool:
        """Settles every whole batch whose records were read; False where some were not."""
        while (mark := lake.next_batch(counted.at, whole.batch)) is not None:
            if not self._feed.reached(mark.end):
                return False
            counted.settle(mark)
            lake.take_batch()
        return True

    def _told(self, counted: Counted, found: Sequence[Difference]) -> AuditReport:
        at = counted.at
        closed = at.newest_us // MINUTE_US
        audited = max(0, closed - at.since)
        waiting = ""
        if self._why:
            waiting = f"{self._why} Audited from {clock(at.since * 60)} on."
        elif not audited:
            waiting = f"Minutes are audited from {clock(at.since * 60)} on."
        return AuditReport(
            since_s=at.since * 60,
            audited_until_s=closed * 60 if audited else None,
            looked_at_s=self._clock(),
            minutes=audited,
            waiting=waiting,
            differences=tuple(found[:MAX_DIFFERENCES]),
            more=max(0, len(found) - MAX_DIFFERENCES),
            **by_kind(found),
        )
