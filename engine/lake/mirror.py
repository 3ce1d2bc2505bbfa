"""Copies of what a reader needs of a lake in a bucket.

Everybody but the pipeline reads local files: the query worker may open nothing else, and DuckDB's
S3 extension is not part of the package. So each table's log is kept as a copy beside the data
folder, brought up to date when it is looked at, and a data file is fetched when a statement needs
it. Delta's data files never change, so a copy that is there is right.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from engine.contracts.names import Table
from engine.lake.errors import LakeReadError

if TYPE_CHECKING:
    from pyarrow.fs import PyFileSystem

FRESH_S = 0.5
"""A page asks for several tables several times a refresh: one look at the bucket answers them."""

WHOLE_LOG_EVERY = 50
"""Commits between two looks at the whole log, which find new checkpoints and what has expired."""

CAP_BYTES = 20_000_000_000
"""What a statement may need, and about what the copies take: a laptop has no room for a lake."""

_LOG = "_delta_log"


class Mirror:
    """Copies of the tables at ``address``, below ``folder``; safe to share between processes."""

    def __init__(self, address: str, folder: Path, cap_bytes: int = CAP_BYTES) -> None:
        self.address = address.rstrip("/")
        self._folder = folder
        self._cap_bytes = cap_bytes
        self._tables: dict[Table, _Log] = {}
        self._lock = threading.Lock()

    def refresh(self, table: Table) -> None:
        """Brings the copy of a table's log up to date. Raises LakeReadError."""
        with self._lock:
            log = self._tables.get(table)
            if log is None:
                log = _Log(f"{self.address}/{table.value}", self._folder / table.value)
                self._tables[table] = log
            try:
                log.refresh()
            except (DeltaError, OSError, ValueError) as error:
                raise self._unreachable(table, error) from error

    def need(self, table: Table, files: Mapping[str, int]) -> None:
        """Fetches the files (name in the table → bytes) that are not here. Raises LakeReadError."""
        total = sum(files.values())
        if total > self._cap_bytes:
            raise LakeReadError(
                f"This needs {total / 1e9:,.1f} GB of {table.value} from {self.address}; this "
                f"computer keeps copies of {self._cap_bytes / 1e9:g} GB at most.",
                "Ask gold_kpis or gold_segments instead, or read the table with the cluster.",
            )
        root = self._folder / table.value
        missing = [name for name in files if not (root / name).is_file()]
        if not missing:
            return
        try:
            store = _store(f"{self.address}/{table.value}")
            for name in missing:
                _copy(store, name, root / name)
        except (DeltaError, OSError, ValueError) as error:
            raise self._unreachable(table, error) from error
        self._make_room({root / name for name in files})

    def _make_room(self, kept: set[Path]) -> None:
        """Deletes the copies that were made first, until the rest fits."""
        copies = [file for file in self._folder.glob("*/*.parquet") if file not in kept]
        sizes = {file: file.stat() for file in copies}
        total = sum(stat.st_size for stat in sizes.values())
        total += sum(file.stat().st_size for file in kept)
        for file in sorted(copies, key=lambda file: sizes[file].st_mtime):
            if total <= self._cap_bytes:
                return
            file.unlink(missing_ok=True)
            total -= sizes[file].st_size

    def _unreachable(self, table: Table, error: Exception) -> LakeReadError:
        return LakeReadError(
            f"{table.value} in {self.address} cannot be read: {error}.",
            "Check the network and the AWS_… variables this program was started with.",
        )


class _Log:
    """The copy of one table's log."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._log = folder / _LOG
        self._opened: DeltaTable | None = None
        self._copied = -1
        self._whole_at = -1
        self._looked = float("-inf")

    def refresh(self) -> None:
        if time.monotonic() - self._looked < FRESH_S:
            return
        newest = self._newest()
        if newest is None:
            return
        store = _store(self._address)
        if self._copied < 0 or newest - self._whole_at >= WHOLE_LOG_EVERY:
            self._copy_whole(store)
            self._whole_at = newest
        else:
            for version in range(self._copied + 1, newest + 1):
                name = f"{version:020}.json"
                _copy(store, f"{_LOG}/{name}", self._log / name)
        self._copied = newest
        self._looked = time.monotonic()

    def _newest(self) -> int | None:
        """The table's version in the bucket; None where it is not there yet."""
        try:
            if self._opened is None:
                self._opened = DeltaTable(self._address)
            else:
                self._opened.update_incremental()
        except TableNotFoundError:
            return None
        return self._opened.version()

    def _copy_whole(self, store: PyFileSystem) -> None:
        from pyarrow.fs import FileSelector

        infos = store.get_file_info(FileSelector(_LOG, recursive=False))
        names = {Path(info.path).name for info in infos if info.is_file}
        here = {file.name for file in self._log.glob("*")}
        # Commits last: a checkpoint without its commits is whole, the other way round is not.
        for name in sorted(names - here | {n for n in names if n.startswith("_")}, reverse=True):
            _copy(store, f"{_LOG}/{name}", self._log / name)
        for name in here - names:
            (self._log / name).unlink(missing_ok=True)


def _store(address: str) -> PyFileSystem:
    # Imported only here: a lake in a folder needs neither.
    from deltalake.fs import DeltaStorageHandler
    from pyarrow.fs import PyFileSystem

    return PyFileSystem(DeltaStorageHandler(address))


def _copy(store: PyFileSystem, name: str, target: Path) -> None:
    """Whole or not at all, whoever else copies it or reads it at the same time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with store.open_input_stream(name) as source, unfinished.open("wb") as out:
            while block := source.read(4 << 20):
                out.write(block)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
