"""What was counted: records that the pipeline has finished, and those it has not.

*Settled* is what the pipeline's whole micro-batches hold, judged in the same cuts (a commit's mark
says them), so that it can be compared to the last row. *Pending* is what came after; it is judged
as it comes, for the screen, and again when its batch is whole.

Rows are kept while late events may still change their minute; of older minutes the figures and the
sums stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from engine.contracts.names import Reason, Table
from engine.lake.log import Mark
from engine.tally.arrival import MINUTE_US, NEVER, Flags, KnownKeys, TimeRules, decide
from engine.tally.chunk import REASONS, Chunk, join, with_late
from engine.tally.measures import Figures, Measures, Sum, Sums, joined

PIECES = 24
"""A minute's rows are made one table when there are so many: late events come in ones and twos."""


@dataclass(slots=True)
class Bucket:
    """Accepted rows of one minute."""

    pieces: list[pa.Table] = field(default_factory=list)

    def add(self, rows: pa.Table) -> None:
        """Some more rows."""
        self.pieces.append(rows)
        if len(self.pieces) > PIECES:
            self.pieces = [pa.concat_tables(self.pieces).combine_chunks()]

    def __len__(self) -> int:
        return sum(piece.num_rows for piece in self.pieces)


@dataclass(slots=True)
class Standing:
    """Up to where records are settled, and since where they were counted."""

    source: str
    base: dict[int, int]
    """First offset that was counted, by partition."""
    base_ms: int
    """Nothing that was counted arrived before this, milliseconds since 1970."""
    since: int
    """First minute since 1970 of which every record was counted."""
    batch: int
    offsets: dict[int, int]
    newest_us: int


@dataclass(slots=True)
class Counted:
    """One thread at a time."""

    measures: Measures
    rules: TimeRules
    max_rows: int
    at: Standing
    keys: KnownKeys
    sums: dict[Table, Sums] = field(default_factory=dict)
    figures: dict[int, Figures] = field(default_factory=dict)
    """Of minutes from ``at.since`` on, as of the settled records."""
    blind: set[int] = field(default_factory=set)
    """Minutes whose rows were let go of, or never had, before they were final."""
    buckets: dict[int, Bucket] = field(default_factory=dict)
    pending: list[Chunk] = field(default_factory=list)
    _touched: set[int] = field(default_factory=set)
    _pending_keys: KnownKeys | None = None
    _newest_us: int = NEVER

    def take(self, chunk: Chunk) -> None:
        """Records that were just read: judged provisionally, and pending."""
        if self._pending_keys is None:
            self._pending_keys = self._keys_of_pending()
        newest = max(self._newest_us, self.at.newest_us)
        chunk.verdicts = decide(chunk.records, self.rules, newest, self.keys, self._pending_keys)
        self._newest_us = chunk.verdicts.newest_us
        accepted = chunk.verdicts.accepted
        self._pending_keys.add(chunk.records.key[accepted], chunk.records.event_us[accepted])
        self.pending.append(chunk)

    @property
    def newest_us(self) -> int:
        """Newest event time of all that was read."""
        return max(self._newest_us, self.at.newest_us)

    @property
    def pending_rows(self) -> int:
        """Records read and not settled."""
        return sum(len(chunk) for chunk in self.pending)

    def settle(self, mark: Mark) -> None:
        """The pipeline's batch is whole: judges its records as one, and counts them.

        Every record of the batch must have been taken.
        """
        batch = self._cut(mark)
        self.at.batch, self.at.offsets = mark.batch, {**self.at.offsets, **mark.end}
        self._pending_keys = None
        if batch is None:
            return
        verdicts = decide(batch.records, self.rules, self.at.newest_us, self.keys)
        accepted = verdicts.accepted
        rows = with_late(batch.rows, verdicts.late, accepted)
        self._count(batch, rows, verdicts.too_late)
        self._keep(rows, batch.records.event_us[accepted] // MINUTE_US)
        self.keys.add(batch.records.key[accepted], batch.records.event_us[accepted])
        self.keys.forget(verdicts.newest_us)
        self.at.newest_us = verdicts.newest_us

    def _cut(self, mark: Mark) -> Chunk | None:
        """Takes the records of a batch out of the pending ones."""
        mine, rest = [], []
        for chunk in self.pending:
            chosen = np.zeros(len(chunk), dtype=np.bool_)
            for partition, end in mark.end.items():
                chosen |= (chunk.records.partition == partition) & (chunk.records.offset < end)
            if chosen.all():
                mine.append(chunk)
            elif chosen.any():
                mine.append(chunk.where(chosen))
                rest.append(self._part(chunk, ~chosen))
            else:
                rest.append(chunk)
        self.pending = rest
        return join(mine) if mine else None

    @staticmethod
    def _part(chunk: Chunk, chosen: Flags) -> Chunk:
        """Some records of a chunk, with the verdicts they had."""
        part = chunk.where(chosen)
        assert chunk.verdicts is not None
        v = chunk.verdicts
        part.verdicts = type(v)(
            v.accepted[chosen], v.late[chosen], v.too_late[chosen], v.repeated[chosen], v.newest_us
        )
        return part

    def _count(self, batch: Chunk, rows: pa.Table, too_late: Flags) -> None:
        codes = np.where(too_late, REASONS.index(Reason.TOO_LATE), batch.reasons)
        refused = codes >= 0
        places = batch.rows.select(["rt_partition", "rt_offset"])
        names = pa.array([REASONS[code].value for code in codes[refused].tolist()], pa.string())
        refusals = places.filter(pa.array(refused)).append_column("reason", names)
        new = {
            Table.BRONZE: self.measures.sums_of_places(places),
            Table.SILVER: self.measures.sums_of_rows(rows),
            Table.QUARANTINE: self.measures.sums_of_refused(refusals),
        }
        for table, sums in new.items():
            self.sums[table] = joined((self.sums.get(table, {}), sums))

    def _keep(self, rows: pa.Table, minutes: np.ndarray) -> None:
        for minute in np.unique(minutes).tolist():
            if minute in self.blind:
                continue
            self.buckets.setdefault(minute, Bucket()).add(rows.filter(pa.array(minutes == minute)))
            self._touched.add(minute)

    def refresh(self) -> None:
        """Figures of the minutes that settled records touched; lets go of rows that are final."""
        minutes = [m for m in self._touched if m >= self.at.since and m in self.buckets]
        if minutes:
            pieces = [piece for minute in minutes for piece in self.buckets[minute].pieces]
            self.figures |= self.measures.figures(pa.concat_tables(pieces))
        self._touched.clear()
        final = (self.at.newest_us - self.rules.late_grace_us) // MINUTE_US
        for minute in [m for m in self.buckets if m < final]:
            del self.buckets[minute]
        self._bound()

    def _bound(self) -> None:
        """Keeps memory within its limit: the oldest minutes are no longer looked at in gold."""
        rows = sum(len(bucket) for bucket in self.buckets.values())
        for minute in sorted(self.buckets)[:-2]:
            if rows <= self.max_rows:
                return
            rows -= len(self.buckets.pop(minute))
            self.blind.add(minute)

    def forget_before(self, minute: int) -> None:
        """Drops sums and figures of minutes before this one."""
        self.at.since = max(self.at.since, minute)
        self.figures = {m: f for m, f in self.figures.items() if m >= minute}
        self.blind = {m for m in self.blind if m >= minute}
        silver = self.sums.get(Table.SILVER, {})
        self.sums[Table.SILVER] = {key: s for key, s in silver.items() if int(key) >= minute}

    def open_rows(self, minute: int) -> pa.Table | None:
        """All rows of a minute, settled or not; None where there are none."""
        bucket = self.buckets.get(minute)
        pieces = list(bucket.pieces) if bucket else []
        pieces += [chunk.of_minute(minute) for chunk in self.pending]
        pieces = [piece for piece in pieces if piece.num_rows]
        return pa.concat_tables(pieces) if pieces else None

    def expected(self, table: Table) -> Mapping[str, Sum]:
        """The sums that the table must have."""
        sums = self.sums.get(table, {})
        if table is Table.SILVER:
            return {key: value for key, value in sums.items() if int(key) >= self.at.since}
        return sums

    def _keys_of_pending(self) -> KnownKeys:
        keys = KnownKeys(self.rules)
        for chunk in self.pending:
            assert chunk.verdicts is not None
            accepted = chunk.verdicts.accepted
            keys.add(chunk.records.key[accepted], chunk.records.event_us[accepted])
        return keys
