"""What a statement can reach: the named tables' files, some memory, and nothing else."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from engine.contracts.query import Limits, Source
from engine.query.worker.seccomp import deny

OVER: Final = 1.1
"""The whole process stays below this many times ``Limits.memory_mb``."""
AT_REST_MB: Final = 250
"""Python, Arrow and DuckDB before any statement (120 MB resident, measured), the stacks of their
threads, and the buffers of an answer: not for DuckDB to use."""
DUCKDB_SHARE: Final = 0.85
"""DuckDB's own limit is soft: some functions allocate past it."""
LEAST_MB: Final = 48
"""What DuckDB has even where the limit is below what the process needs at rest."""
_LIBRARY_MB: Final = 16
"""Pages of libraries that were not needed before a statement runs."""


def confine(limits: Limits) -> bool:
    """Limits that the operating system keeps, for this process and for good (POSIX).

    Memory: resident are the pages of the program's files, which are there already, and the data,
    which RLIMIT_DATA counts when it is reserved; so the sum stays below the cap. No file can be
    written, not even a core dump. The kernel denies the network, other processes and every change
    to a file where it can (:mod:`engine.query.worker.seccomp`); False: it cannot, and the settings
    of ``open_sandbox`` alone stand there.
    """
    if sys.platform == "win32":
        return False
    import resource

    files, data = _at_rest()
    cap = int(limits.memory_mb * OVER * 2**20) - files - _LIBRARY_MB * 2**20
    room = (AT_REST_MB // 2 + LEAST_MB) * 2**20
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and keeps none
        limit = max(cap, data + room)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return deny()


def _at_rest() -> tuple[int, int]:
    """Bytes of files' pages that are resident, and bytes of data; a guess without ``/proc``."""
    try:
        pages = [int(n) for n in Path("/proc/self/statm").read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return 72 * 2**20, 120 * 2**20
    size = os.sysconf("SC_PAGE_SIZE")
    return pages[2] * size, pages[5] * size


def duckdb_mb(limits: Limits) -> int:
    """DuckDB's own memory limit in MB."""
    return max(int((limits.memory_mb * OVER - AT_REST_MB) * DUCKDB_SHARE), LEAST_MB)


def give_back() -> None:
    """What was freed goes back to the system, where the C library keeps it (glibc)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def open_sandbox(limits: Limits, tables: Mapping[str, Source]) -> duckdb.DuckDBPyConnection:
    """A fresh database in memory with a view for each table; then the door is shut.

    The order matters: the list of files first, then no other file and no network, then no
    setting can be changed any more. Times are UTC.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.threads,
            "memory_limit": f"{duckdb_mb(limits)}MB",
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
            "errors_as_json": True,
        },
    )
    try:
        files = [_text(file) for source in tables.values() for file in source.files]
        # Of the database and not of this connection, so that cursors have them too.
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("SET GLOBAL parquet_metadata_cache = true")
        connection.execute("CREATE SCHEMA rows")  # what we keep is no table of the lake's
        connection.execute(f"SET allowed_paths = [{', '.join(files)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        for name, source in tables.items():
            connection.execute(view(connection, name, source))
    except BaseException:
        connection.close()
        raise
    return connection


def view(connection: duckdb.DuckDBPyConnection, name: str, source: Source) -> str:
    """The statement that makes a table's view: its columns in its order, NULL where files lack one.

    A table without files is an empty view with the right types.
    """
    parquet = f"read_parquet([{', '.join(map(_text, source.files))}], union_by_name = true)"
    present = set()
    if source.files:
        described = connection.execute(f"DESCRIBE SELECT * FROM {parquet}").fetchall()
        present = {str(row[0]) for row in described}
    items = [
        quoted(column) if column in present else f"CAST(NULL AS {kind}) AS {quoted(column)}"
        for column, kind in source.columns.items()
    ]
    origin = f"FROM {parquet}" if source.files else "WHERE false"
    return f"CREATE VIEW {quoted(name)} AS SELECT {', '.join(items)} {origin}"


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
