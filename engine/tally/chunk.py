"""Some records as they came from the broker: what was read of them, column-wise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.contracts.names import Reason
from engine.tally.arrival import MINUTE_US, Flags, Records, Verdicts
from engine.tally.measures import LATE, Measures
from engine.topic.read import Row

REASONS: Final = tuple(Reason)
_CODES: Final = {reason: code for code, reason in enumerate(REASONS)}
NO_FAULT: Final = -1


class Taken(NamedTuple):
    """One record: where it stood, when it arrived, and its row or the reason it is refused for."""

    partition: int
    offset: int
    kafka_ms: int
    found: Row | Reason


@dataclass(slots=True)
class Chunk:
    """Records in the order they were read; ``rows`` has a row for each, empty where refused.

    ``verdicts`` are provisional: as of the records that had been read, not of a micro-batch.
    """

    records: Records
    reasons: NDArray[np.int8]
    rows: pa.Table
    verdicts: Verdicts | None = None
    _minutes: dict[int, pa.Table] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    def where(self, chosen: Flags) -> Chunk:
        """Only these records, without verdicts."""
        records = Records(
            *(getattr(self.records, name)[chosen] for name in Records.__dataclass_fields__)
        )
        return Chunk(records, self.reasons[chosen], self.rows.filter(pa.array(chosen)))

    def of_minute(self, minute: int) -> pa.Table:
        """Provisionally accepted rows of this minute; kept, since it is asked for often."""
        if minute not in self._minutes:
            assert self.verdicts is not None
            mine = self.verdicts.accepted & (self.records.event_us // MINUTE_US == minute)
            self._minutes[minute] = with_late(self.rows, self.verdicts.late, mine)
        return self._minutes[minute]


def make_chunk(taken: Sequence[Taken], measures: Measures) -> Chunk:
    """Columns of these records."""
    count = len(taken)
    reasons = np.fromiter(
        (_CODES[t.found] if isinstance(t.found, Reason) else NO_FAULT for t in taken),
        np.int8,
        count,
    )
    nothing: tuple[Any, ...] = (None, 0, *(None for _ in measures.wanted))
    found = [nothing if isinstance(t.found, Reason) else t.found for t in taken]
    identity, event_us, *fields = zip(*found, strict=True)
    partition = _longs((t.partition for t in taken), count)
    offset = _longs((t.offset for t in taken), count)
    columns = {
        "rt_partition": pa.array(partition.astype(np.int32)),
        "rt_offset": pa.array(offset),
        "rt_us": pa.array(event_us, pa.int64()),
        "rt_id": pa.array(identity, pa.string()),
    }
    for name, values in zip(measures.wanted, fields, strict=True):
        columns[name] = pa.array(values, measures.arrow_type(name))
    rows = measures.complete(pa.table(columns))
    records = Records(
        partition=partition,
        offset=offset,
        kafka_ms=_longs((t.kafka_ms for t in taken), count),
        event_us=rows.column("rt_us").to_numpy(),
        key=rows.column("rt_key").to_numpy(),
        valid=reasons == NO_FAULT,
    )
    return Chunk(records, reasons, rows)


def join(chunks: Sequence[Chunk]) -> Chunk:
    """All of them as one, without verdicts."""
    if len(chunks) == 1:
        return chunks[0]
    records = Records(
        *(
            np.concatenate([getattr(chunk.records, name) for chunk in chunks])
            for name in Records.__dataclass_fields__
        )
    )
    reasons = np.concatenate([chunk.reasons for chunk in chunks])
    return Chunk(records, reasons, pa.concat_tables([chunk.rows for chunk in chunks]))


def with_late(rows: pa.Table, late: Flags, chosen: Flags) -> pa.Table:
    """The chosen rows as silver has them: with the column that says whether they were late."""
    places = pa.array(np.flatnonzero(chosen))
    return rows.take(places).append_column(LATE, pa.array(late[chosen]))


def _longs(values: Iterable[int], count: int) -> NDArray[np.int64]:
    return np.fromiter(values, np.int64, count)
