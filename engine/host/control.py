"""How another process of the same person talks to the running instance.

A loopback port with a key that only this user can read (``run/control.json``, 0600): the key is
proved by challenge and answer, never sent. Messages are JSON, one object each way; a long
operation answers with one object a step and a last one with ``"done": true``.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.platform import current_platform, write_private
from engine.supervisor.instance import InstanceLock

Answer = dict[str, Any]
Handler = Callable[[Answer], Iterator[Answer]]

_DOORS = 4
"""Each handshake blocks its thread; a connection that says nothing must not shut the others out."""


class NotRunning(LakehouseError):
    """No lakehouse runs on this data folder."""


def not_running(paths: DataPaths) -> NotRunning:
    """The error, with its remedy."""
    return NotRunning(
        f"No lakehouse is running on {paths.root}.", "Start it with `rt-lakehouse run`."
    )


class ControlServer:
    """Answers requests until closed; one thread for each connection."""

    def __init__(self, paths: DataPaths, handle: Handler) -> None:
        key = secrets.token_bytes(32)
        self._file = paths.control_file
        self._handle = handle
        self._listener = Listener(("127.0.0.1", 0), family="AF_INET", authkey=key)
        self._closing = False
        address = {"port": self._listener.address[1], "key": key.hex()}
        write_private(self._file, json.dumps(address))
        for _ in range(_DOORS):
            threading.Thread(target=self._accept, name="control", daemon=True).start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection = self._listener.accept()
            except (AuthenticationError, OSError, EOFError):
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with connection:
            try:
                request = json.loads(connection.recv_bytes(65_536))
                for answer in self._handle(request):
                    connection.send_bytes(json.dumps(answer).encode())
            except LakehouseError as error:
                connection.send_bytes(json.dumps({"error": str(error)}).encode())
            except (OSError, EOFError, ValueError):
                return  # The other side went away or spoke nonsense: nothing of ours is lost.
            except Exception as error:  # noqa: BLE001 -- a defect here must not look like silence
                what = f"{type(error).__name__}: {error}"
                text = f"The running lakehouse failed at this request: {what}."
                connection.send_bytes(json.dumps({"error": text}).encode())

    def close(self) -> None:
        """Ends listening and removes the address file."""
        self._closing = True
        self._file.unlink(missing_ok=True)
        self._listener.close()


def ask(paths: DataPaths, request: Answer) -> Iterator[Answer]:
    """The running instance's answers.

    Raises NotRunning where there is none, LakehouseError with its sentence where it refuses.
    """
    if not InstanceLock(paths.lock_file, current_platform()).held_by_other():
        raise not_running(paths)
    try:
        address = json.loads(paths.control_file.read_text(encoding="utf-8"))
        where = ("127.0.0.1", int(address["port"]))
        connection = Client(where, family="AF_INET", authkey=bytes.fromhex(address["key"]))
    except (OSError, ValueError, KeyError, EOFError, AuthenticationError) as error:
        raise not_running(paths) from error
    with connection:
        connection.send_bytes(json.dumps(request).encode())
        while True:
            try:
                answer = json.loads(connection.recv_bytes())
            except EOFError:
                return
            if "error" in answer:
                raise LakehouseError(answer["error"], "")
            yield answer
