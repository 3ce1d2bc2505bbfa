"""A table's log followed commit by commit, and the marks that the pipeline leaves in it.

The mark of a commit says which micro-batch it belongs to, the offsets before and after it and the
newest event time (``pipelines.marks`` writes it); here it is only read.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from engine.lake.commits import commit_versions
from engine.lake.errors import LakeReadError

_KEY: Final = "rt_mark"

Offsets = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a commit of the pipeline says of itself; see ``pipelines.marks.Mark``."""

    source: str
    batch: int
    start: Offsets
    end: Offsets
    newest_before_us: int
    newest_us: int
    owed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A data file as the log names it; ``rows`` is None where its writer left that out."""

    path: str
    bytes: int
    rows: int | None


@dataclass(frozen=True, slots=True)
class LogCommit:
    """One commit; ``mark`` is None where it is not the pipeline's (or only upkeep's)."""

    version: int
    time_ms: int
    operation: str
    mark: Mark | None
    added: tuple[LiveFile, ...] = ()
    removed: tuple[str, ...] = ()


class LogGap(LakeReadError):
    """Commits that had to be followed are no longer in the log."""


@dataclass
class LogTail:
    """Follows one table from a version on: ``files`` as of the last commit that was taken.

    Commits are looked for with ``look`` and wait in ``waiting`` until somebody takes them; ``mark``
    is the newest of those that were taken.
    """

    root: Path
    version: int = -1
    files: dict[str, LiveFile] = field(default_factory=dict)
    waiting: deque[LogCommit] = field(default_factory=deque)
    mark: Mark | None = None
    _seen: int = -1

    @classmethod
    def at_batch(cls, root: Path, batch: int) -> LogTail:
        """As of the newest commit that belongs to this micro-batch or an earlier one.

        Raises LogGap where the log no longer reaches back so far.
        """
        log = root / "_delta_log"
        for version in commit_versions(log):
            commit = read_log_commit(log, version)
            if commit is None:
                break
            if version == 0 or (commit.mark is not None and commit.mark.batch <= batch):
                files = _files_at(root, version)
                return cls(root, version, files, mark=commit.mark, _seen=version)
        raise LogGap(
            f"The log of {root.name} no longer has the commits to begin with.",
            "It is followed again from the next micro-batch on.",
        )

    def look(self) -> None:
        """Reads the commits that came since the last look. Raises LogGap."""
        log = self.root / "_delta_log"
        while (commit := read_log_commit(log, self._seen + 1)) is not None:
            self._seen += 1
            self.waiting.append(commit)
        newest = next(iter(commit_versions(log)), -1)
        if newest > self._seen + 1:
            raise LogGap(
                f"Commit {self._seen + 1} of {self.root.name} is no longer in the log.",
                "It is followed again from the next micro-batch on.",
            )

    def take(self) -> LogCommit:
        """The oldest commit that waits, now part of ``files``."""
        commit = self.waiting.popleft()
        for path in commit.removed:
            self.files.pop(path, None)
        self.files |= {file.path: file for file in commit.added}
        self.version = commit.version
        self.mark = commit.mark or self.mark
        return commit

    def place(self, path: str) -> str:
        """Where a file lies."""
        return f"{self.root}/{path}"


def newest_mark(root: Path) -> Mark | None:
    """The newest mark in the table's log."""
    log = root / "_delta_log"
    for version in commit_versions(log):
        commit = read_log_commit(log, version)
        if commit is None:
            return None
        if commit.mark is not None:
            return commit.mark
    return None


def read_log_commit(log: Path, version: int) -> LogCommit | None:
    """A commit; None where there is no such file (yet, or any more)."""
    try:
        text = (log / f"{version:020}.json").read_text(encoding="utf-8")
    except OSError:
        return None
    actions = [json.loads(line) for line in text.splitlines() if line.strip()]
    info: Mapping[str, Any] = next((a["commitInfo"] for a in actions if "commitInfo" in a), {})
    return LogCommit(
        version=version,
        time_ms=int(info.get("timestamp", 0)),
        operation=str(info.get("operation", "unknown")),
        mark=_mark(info),
        added=tuple(_added(a["add"]) for a in actions if "add" in a),
        removed=tuple(unquote(a["remove"]["path"]) for a in actions if "remove" in a),
    )


def _added(add: Mapping[str, Any]) -> LiveFile:
    try:
        rows = json.loads(add.get("stats") or "{}").get("numRecords")
    except ValueError:
        rows = None
    return LiveFile(unquote(add["path"]), int(add.get("size", 0)), rows)


def _mark(info: Mapping[str, Any]) -> Mark | None:
    """Spark keeps user metadata as one text; delta-rs keeps each key beside the others."""
    for text in (info.get("userMetadata"), info.get(_KEY)):
        try:
            data = json.loads(text) if isinstance(text, str) else None
        except ValueError:
            continue
        found = data.get(_KEY) if isinstance(data, dict) else None
        if isinstance(found, dict):
            return Mark(
                source=str(found["source"]),
                batch=int(found["batch"]),
                start=_offsets(found["start"]),
                end=_offsets(found["end"]),
                newest_before_us=int(found["newest_before_us"]),
                newest_us=int(found["newest_us"]),
                owed=tuple(int(minute) for minute in found.get("owed", ())),
            )
    return None


def _offsets(value: Mapping[str, Any]) -> dict[int, int]:
    return {int(partition): int(offset) for partition, offset in value.items()}


def _files_at(root: Path, version: int) -> dict[str, LiveFile]:
    try:
        opened = DeltaTable(str(root), version=version)
        actions = pa.table(opened.get_add_actions(flatten=True))
    except (DeltaError, OSError) as error:
        raise LakeReadError(
            f"Version {version} of {root.name} cannot be read: {error}.",
            "It is tried again in a moment.",
        ) from error
    rows = zip(
        actions.column("path").to_pylist(),
        actions.column("size_bytes").to_pylist(),
        actions.column("num_records").to_pylist(),
        strict=True,
    )
    return {unquote(p): LiveFile(unquote(p), int(size), n) for p, size, n in rows}
