"""What a statement can reach: the named tables' files, some memory, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from engine.contracts.query import Limits, Source

ROOM_MB: Final = 512
"""Threads' stacks, Arrow's buffers of an answer, and what a freed table leaves in pieces."""


def confine(limits: Limits) -> None:
    """Limits that the operating system keeps, for this process and for good (POSIX).

    DuckDB's memory limit is soft: some functions allocate past it. The address space is the hard
    one, with room for what is loaded already. No file can be written, not even a core dump.
    """
    if sys.platform == "win32":
        return
    import resource

    space = _address_space() + (limits.memory_mb * 3 // 2 + ROOM_MB) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """Bytes of address space in use; 1 GiB where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 2**30
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_sandbox(limits: Limits, tables: Mapping[str, Source]) -> duckdb.DuckDBPyConnection:
    """A fresh database in memory with a view for each table; then the door is shut.

    The order matters: the list of files first, then no other file and no network, then no
    setting can be changed any more. Times are UTC.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.threads,
            "memory_limit": f"{limits.memory_mb}MB",
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
