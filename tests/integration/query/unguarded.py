"""Run as a process: the worker's sandbox without its guard, and what gets through.

``python -m tests.integration.query.unguarded <lake>`` reads statements as a JSON list from stdin
and prints, as JSON, what became of each, and of what Python itself tried.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from engine.contracts.query import Limits, Source
from engine.query.worker.sandbox import confine, open_sandbox

OK = "done"


def main() -> None:
    """See above."""
    folder = Path(sys.argv[1])
    statements = json.load(sys.stdin)
    columns = {"window_start": "TIMESTAMP WITH TIME ZONE", "orders": "BIGINT"}
    files = tuple(str(path) for path in sorted((folder / "gold_kpis").glob("*.parquet")))
    confined = confine(Limits(memory_mb=512))
    connection = open_sandbox(
        Limits(memory_mb=512), {"gold_kpis": Source(files=files, columns=columns)}
    )
    done = {sql: _outcome(partial(_run, connection, sql)) for sql in statements}
    tried = {name: _outcome(attempt) for name, attempt in _attempts(folder).items()}
    answer = {"confined": confined, "statements": done, "attempts": tried, "alive": _alive(files)}
    sys.stdout.write(json.dumps(answer))


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    # A connection of its own each: an open transaction is not the next one's.
    cursor = connection.cursor()
    try:
        cursor.execute(sql).fetchall()
    finally:
        cursor.close()


def _outcome(attempt: Callable[[], Any]) -> str:
    try:
        attempt()
    except (duckdb.Error, OSError, RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return OK


def _alive(files: tuple[str, ...]) -> int:
    """Reading goes on, in threads too."""
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        found = connection.execute(f"SELECT count(*) FROM read_parquet({list(files)})").fetchone()
    return int(found[0]) if found else 0


def _attempts(folder: Path) -> dict[str, Callable[[], Any]]:
    victim = next((folder / "gold_kpis").glob("*.parquet"))
    return {
        "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "local socket": lambda: socket.socket(socket.AF_UNIX),
        "socket in a thread": _socket_in_a_thread,
        "pair of sockets": socket.socketpair,
        "io_uring": lambda: _syscall(425, 8, 0),
        "fork": _fork,
        "program": lambda: subprocess.run(["true"], check=True),
        "becoming a program": lambda: os.execv("/bin/true", ["true"]),
        "signal to the parent": lambda: os.kill(os.getppid(), 0),
        "new file": lambda: (folder / "new").write_text("x"),
        "writing": lambda: victim.open("r+b"),
        "adding": lambda: victim.open("ab"),
        "emptying": lambda: os.truncate(victim, 0),
        "removing": victim.unlink,
        "renaming": lambda: victim.rename(folder / "other"),
        "new folder": lambda: (folder / "folder").mkdir(),
        "link": lambda: (folder / "link").symlink_to(victim),
        "hard link": lambda: (folder / "link").hardlink_to(victim),
        "rights": lambda: victim.chmod(0o777),
        "times": lambda: os.utime(victim, (0, 0)),
    }


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _socket_in_a_thread() -> None:
    """The filter holds for threads that were there before it and for those that come."""
    outcome: list[str] = []
    thread = threading.Thread(target=lambda: outcome.append(_outcome(socket.socket)))
    thread.start()
    thread.join()
    if outcome != [OK]:
        raise OSError(outcome[0])


def _syscall(number: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), "refused")


if __name__ == "__main__":
    main()
