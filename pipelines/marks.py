"""Progress, kept where it cannot disagree with the data: in the Delta commits themselves.

Each commit of ours carries a mark: which batch it was, the offsets before and after it, and the
newest event time. At a start the lake's own log therefore says where to go on; a lost or damaged
checkpoint folder loses nothing. Commits of maintenance carry the last mark onward.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from deltalake import CommitProperties, DeltaTable

from pipelines.arrival import NEVER

KEY = "rt_mark"
LOOK_BACK = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """What a commit says of itself.

    Attributes:
        source: id of the Kafka topic (a topic made anew has another id, and its offsets restart).
        batch: number of the micro-batch; goes on across restarts.
        start, end: first offset of the batch and first offset after it, by partition.
        newest_before_us, newest_us: newest event time before and after, epoch microseconds.
        owed: minutes since 1970 that gold lacks late events of (``pipelines.owed``).
    """

    source: str
    batch: int
    start: dict[int, int] = field(default_factory=dict)
    end: dict[int, int] = field(default_factory=dict)
    newest_before_us: int = NEVER
    newest_us: int = NEVER
    owed: tuple[int, ...] = ()

    def dumps(self) -> str:
        """As compact JSON, under our key, for a commit's user metadata."""
        return json.dumps({KEY: asdict(self)}, separators=(",", ":"))


def properties(mark: Mark) -> CommitProperties:
    """Commit properties that carry the mark, for delta-rs."""
    return CommitProperties(custom_metadata={KEY: mark.dumps()})


def _loads(data: Mapping[str, Any]) -> Mark:
    def offsets(value: Mapping[str, int]) -> dict[int, int]:
        return {int(partition): int(offset) for partition, offset in value.items()}

    return Mark(
        source=data["source"],
        batch=int(data["batch"]),
        start=offsets(data["start"]),
        end=offsets(data["end"]),
        newest_before_us=int(data["newest_before_us"]),
        newest_us=int(data["newest_us"]),
        owed=tuple(int(minute) for minute in data.get("owed", ())),
    )


def mark_of_commit(info: Mapping[str, Any]) -> Mark | None:
    """The mark in one entry of a table's history, or None.

    Spark stores user metadata as one text; delta-rs stores each key beside the others.
    """
    for text in (info.get("userMetadata"), info.get(KEY)):
        if not isinstance(text, str):
            continue
        try:
            data = json.loads(text)
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get(KEY), dict):
            return _loads(data[KEY])
    return None


def last_mark(table: DeltaTable) -> Mark | None:
    """The newest mark in the table's log, looking past commits that carry none."""
    for info in table.history(LOOK_BACK):
        mark = mark_of_commit(info)
        if mark is not None:
            return mark
    return None


def mark_at(table: DeltaTable, version: int) -> Mark | None:
    """The newest mark in a commit up to this version; ``table`` is at its newest version.

    The caller holds the table's lock: delta-rs numbers a history by the version it knows.
    """
    for info in table.history(table.version() - version + LOOK_BACK):
        mark = mark_of_commit(info) if int(info["version"]) <= version else None
        if mark is not None:
            return mark
    return None


def marks_after(table: DeltaTable, version: int) -> list[Mark]:
    """Marks in commits after this version, oldest first; the caller holds the table's lock."""
    later = table.history(table.version() - version) if version < table.version() else []
    found = (mark_of_commit(info) for info in reversed(later))
    return [mark for mark in found if mark is not None]
