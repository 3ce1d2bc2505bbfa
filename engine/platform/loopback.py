"""How two processes of the same person talk: a loopback port and a key that only he can read.

The server writes port and key into a file of mode 0600; the key is proved by challenge and
answer, never sent. Messages are JSON, one request a connection; it is answered with one object
or several, and the end of the connection is the end of the answer.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import (
    Client,
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from pathlib import Path
from typing import Any

from engine.errors import LakehouseError
from engine.platform.files import write_private

Answer = dict[str, Any]
Handler = Callable[[Answer], Iterator[Answer]]

HANDSHAKE_S = 5.0
"""Who has not proved the key by then is hung up on."""


class LoopbackServer:
    """Answers requests until closed; one thread for each connection."""

    def __init__(self, file: Path, handle: Handler, longest: int = 65_536) -> None:
        """``longest``: bytes of a request; a longer one is not read."""
        self._key = secrets.token_bytes(32)
        self._file = file
        self._handle = handle
        self._longest = longest
        self._listener = Listener(("127.0.0.1", 0), family="AF_INET", backlog=16)
        self._closing = False
        self.port: int = self._listener.address[1]
        write_private(self._file, json.dumps({"port": self.port, "key": self._key.hex()}))
        threading.Thread(target=self._accept, name="loopback", daemon=True).start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection = self._listener.accept()
            except OSError:
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with connection:
            try:
                _shake_hands(connection, self._key)
                request = json.loads(connection.recv_bytes(self._longest))
                for answer in self._handle(request):
                    connection.send_bytes(json.dumps(answer).encode())
            except LakehouseError as error:
                told = {"error": error.message, "remedy": error.remedy}
                connection.send_bytes(json.dumps(told).encode())
            except (AuthenticationError, OSError, EOFError, ValueError):
                return  # The other side went away or spoke nonsense: nothing of ours is lost.
            except Exception as error:  # noqa: BLE001 -- a defect here must not look like silence
                what = f"{type(error).__name__}: {error}"
                text = f"The running lakehouse failed at this request: {what}."
                connection.send_bytes(json.dumps({"error": text}).encode())

    def close(self) -> None:
        """Ends listening and removes the address file."""
        self._closing = True
        self._file.unlink(missing_ok=True)
        # A thread that waits in accept() keeps the port open, whoever closes it: wake it.
        with suppress(OSError), socket.socket() as knock:
            knock.connect(("127.0.0.1", self.port))
        self._listener.close()


def _shake_hands(connection: Connection, key: bytes) -> None:
    """Both sides prove the key, soon. Raises AuthenticationError, EOFError or OSError."""
    with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as same:
        late = threading.Timer(HANDSHAKE_S, _hang_up, (same,))
        late.daemon = True
        late.start()
        try:
            deliver_challenge(connection, key)
            answer_challenge(connection, key)
        finally:
            late.cancel()


def _hang_up(connection: socket.socket) -> None:
    """The reading side then sees an end."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _send_at_once(connection: Connection) -> None:
    """Else the request waits 40 ms for the other side to acknowledge the end of the handshake."""
    with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as same:
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def free_port() -> int:
    """A port that nothing listens on now; another program may still come first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def listening_port(file: Path) -> int | None:
    """The port in an address file; None where there is no file."""
    try:
        return int(json.loads(file.read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ask_loopback(file: Path, request: Answer, absent: LakehouseError) -> Iterator[Answer]:
    """The answers of the server whose address file this is.

    Raises ``absent`` where none answers, LakehouseError with its sentence where it refuses.
    """
    try:
        address = json.loads(file.read_text(encoding="utf-8"))
        where = ("127.0.0.1", int(address["port"]))
        connection = Client(where, family="AF_INET", authkey=bytes.fromhex(address["key"]))
    except (OSError, ValueError, KeyError, EOFError, AuthenticationError) as error:
        raise absent from error
    with connection:
        _send_at_once(connection)
        connection.send_bytes(json.dumps(request).encode())
        while True:
            try:
                answer = json.loads(connection.recv_bytes())
            except EOFError:
                return
            if "error" in answer:
                raise LakehouseError(answer["error"], answer.get("remedy", ""))
            yield answer
