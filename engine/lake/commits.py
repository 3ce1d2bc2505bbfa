"""A table's history, read from the commits themselves.

The version of a commit is the name of its file. (Delta's own history call counts backwards from
the version it opened, which is wrong by one for each commit that comes meanwhile.)
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.contracts.names import Table
from engine.lake.errors import NoSuchTable
from engine.lake.reader import LakeReader

_COMMIT = re.compile(r"^(\d{20})\.json$")


@dataclass(frozen=True)
class Commit:
    """One commit.

    Attributes:
        time: UTC.
        operation: Delta's name of it, such as WRITE or OPTIMIZE.
        rows_written: rows of the files it added; None where it added none.
        files_added, files_removed, bytes_added: what it did to the table's files.
        restored: the version it brought back, for a restore.
    """

    version: int
    time: dt.datetime
    operation: str
    rows_written: int | None
    files_added: int
    files_removed: int
    bytes_added: int
    restored: int | None = None


@dataclass(frozen=True)
class CommitPage:
    """Some commits, newest first; ``total`` is how many the log still has."""

    commits: tuple[Commit, ...]
    total: int


def read_commits(lake: LakeReader, table: Table, offset: int = 0, limit: int = 50) -> CommitPage:
    """Commits from the ``offset``-th newest on. Raises NoSuchTable."""
    log = lake.path(table) / "_delta_log"
    versions = commit_versions(log)
    if not versions:
        raise NoSuchTable(
            f"There is no table {table.value} yet.",
            "The lakehouse makes the tables at its first start: `rt-lakehouse run`.",
        )
    chosen = versions[offset : offset + limit]
    found = (_read(log, version) for version in chosen)
    return CommitPage(tuple(commit for commit in found if commit is not None), len(versions))


def read_commit(lake: LakeReader, table: Table, version: int) -> Commit | None:
    """One commit; None where the log no longer has it."""
    return _read(lake.path(table) / "_delta_log", version)


def commit_versions(log: Path) -> list[int]:
    """Versions whose commit is in the log, newest first."""
    if not log.is_dir():
        return []
    names = (_COMMIT.match(entry.name) for entry in log.iterdir())
    return sorted((int(name[1]) for name in names if name), reverse=True)


def _read(log: Path, version: int) -> Commit | None:
    """None where upkeep has just removed it."""
    try:
        file = log / f"{version:020}.json"
        lines = file.read_text(encoding="utf-8").splitlines()
        written = file.stat().st_mtime
    except OSError:
        return None
    return _commit(version, [json.loads(line) for line in lines if line.strip()], written)


def _commit(version: int, actions: Iterable[Mapping[str, Any]], written: float) -> Commit:
    info: Mapping[str, Any] = {}
    added: list[Mapping[str, Any]] = []
    removed = 0
    for action in actions:
        if "commitInfo" in action:
            info = action["commitInfo"]
        elif "add" in action:
            added.append(action["add"])
        elif "remove" in action:
            removed += 1
    operation = str(info.get("operation", "unknown"))
    stamp = info.get("timestamp", written * 1000)
    return Commit(
        version=version,
        time=dt.datetime.fromtimestamp(int(stamp) / 1000, dt.UTC),
        operation=operation,
        rows_written=sum(_rows(add) for add in added) if added else None,
        files_added=len(added),
        files_removed=removed,
        bytes_added=sum(int(add.get("size", 0)) for add in added),
        restored=_restored(operation, info.get("operationParameters") or {}),
    )


def _rows(add: Mapping[str, Any]) -> int:
    try:
        return int(json.loads(add.get("stats") or "{}").get("numRecords") or 0)
    except ValueError:
        return 0


def _restored(operation: str, parameters: Mapping[str, Any]) -> int | None:
    version = str(parameters.get("version", ""))
    return int(version) if operation == "RESTORE" and version.isdigit() else None
