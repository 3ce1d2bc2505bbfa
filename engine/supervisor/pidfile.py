"""Records of running children, so that the start after a crash can end what was left.

``run/<service>.pid`` is JSON. Children add records of their own children to the same folder with
at least ``pid`` and ``start_time``. A process is only ever ended when pid *and* start time agree,
or when it carries the random tag that we put into its environment: never by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.platform import Platform, write_private

TAG_VARIABLE = "RTLAKEHOUSE_CHILD"


class PidRecord(BaseModel):
    """One process we, or a child of ours, started."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    start_time: str | None
    pgid: int | None = None
    tag: str | None = None
    command: str | None = None
    """SHA-256 of the argv, for a person who compares; argv itself may be long."""


def record_of(pid: int, start_time: str | None, tag: str, argv: Sequence[str]) -> PidRecord:
    """The record of a child that leads its own group."""
    digest = hashlib.sha256("\0".join(argv).encode()).hexdigest()
    return PidRecord(pid=pid, start_time=start_time, pgid=pid, tag=tag, command=digest)


def write_record(path: Path, record: PidRecord) -> None:
    """Store it, for this user only."""
    write_private(path, record.model_dump_json())


def read_records(folder: Path) -> dict[Path, PidRecord | None]:
    """Every record of the folder; None for one that cannot be understood."""
    return {path: _read(path) for path in sorted(folder.glob("*.pid"))}


def _read(path: Path) -> PidRecord | None:
    try:
        return PidRecord.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        return None


def survivors(record: PidRecord, platform: Platform) -> tuple[int, ...]:
    """Pids that still run of what the record speaks of."""
    found: set[int] = set()
    alive = record.start_time is not None and (platform.start_time(record.pid) == record.start_time)
    if alive:
        found.add(record.pid)
        if record.pgid == record.pid:  # only a leader's pid vouches for its group
            found.update(platform.members(record.pgid))
    if record.tag:
        found.update(platform.tagged(f"{TAG_VARIABLE}={record.tag}"))
    return tuple(sorted(found))
