"""A topic in memory: what a Source is, without a broker."""

from __future__ import annotations

import json
from collections.abc import Iterable

from engine.topic.source import Bounds, Ranges, Record


def record(
    partition: int, offset: int, time_ms: int, value: bytes | None = b"{}", key: bytes | None = None
) -> Record:
    size = None if value is None else len(value)
    return Record(partition, offset, time_ms, True, key, value, size)


def event(partition: int, offset: int, time_ms: int, **fields: object) -> Record:
    return record(partition, offset, time_ms, json.dumps(fields).encode())


class MemorySource:
    """Records by partition; ``low`` hides those that expired. Counts what was read."""

    def __init__(self, records: Iterable[Record], partitions: int = 3, low: int = 0) -> None:
        self.records: dict[int, list[Record]] = {p: [] for p in range(partitions)}
        for one in records:
            self.records[one.partition].append(one)
        self.low = low
        self.delivered = 0
        self.closed = 0

    def add(self, one: Record) -> None:
        self.records[one.partition].append(one)

    def bounds(self) -> dict[int, Bounds]:
        return {
            p: Bounds(min(self.low, high), high)
            for p, found in self.records.items()
            for high in [found[-1].offset + 1 if found else 0]
        }

    def offsets_at(self, time_ms: int) -> dict[int, int]:
        bounds = self.bounds()
        return {
            p: next((r.offset for r in found if (r.time_ms or 0) >= time_ms), bounds[p].high)
            for p, found in self.records.items()
        }

    def read(self, ranges: Ranges, keep: int | None = None) -> dict[int, list[Record]]:
        answer = {
            p: [
                r._replace(value=r.value if keep is None or r.value is None else r.value[:keep])
                for r in self.records[p]
                if start <= r.offset < stop and r.offset >= self.low
            ]
            for p, (start, stop) in ranges.items()
        }
        self.delivered += sum(map(len, answer.values()))
        return answer

    def close(self) -> None:
        self.closed += 1
