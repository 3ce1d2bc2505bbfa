"""A model service that misbehaves as it is told, on a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STEP_S = 0.02


def chunk(text: str | None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "hostile"}
    return b"data: " + json.dumps({**event, "choices": [choice], **more}).encode() + b"\n\n"


def answer(text: str) -> bytes:
    """A whole, good stream."""
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    last = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "hostile"}
    end = json.dumps({**last, "choices": [], "usage": usage}).encode()
    return chunk(text) + chunk(None, "stop") + b"data: " + end + b"\n\ndata: [DONE]\n\n"


@dataclass
class Turn:
    """What is done with one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    silent_s: float = 0.0
    """Before the first byte."""
    drop: bool = False
    """The connection is cut after the body, in the middle of the answer."""
    drip: bool = False
    """One byte at a time, for ever."""
    endless: bytes = b""
    """Sent again and again."""


@dataclass
class Hostile:
    """The server's script and what it was asked; the last turn is repeated."""

    url: str
    turns: list[Turn]
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set once a client went away before its answer was over."""
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hostile(*turns: Turn) -> Iterator[Hostile]:
    """Listens on a free loopback port while in the context."""
    server = _Server(("127.0.0.1", 0), _Handler)
    script = Hostile(f"http://127.0.0.1:{server.server_address[1]}/v1", list(turns))
    server.script = script
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield script
    finally:
        script.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Hostile


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        body = json.dumps({"data": [{"id": "hostile"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        script = self.server.script
        size = int(self.headers["Content-Length"])
        script.requests.append(json.loads(self.rfile.read(size)))
        script.keys.append(self.headers.get("Authorization"))
        turn = script.turns.pop(0) if len(script.turns) > 1 else script.turns[0]
        self.close_connection = True
        if script.closing.wait(turn.silent_s):
            return
        with suppress(OSError):
            self._play(turn)

    def _play(self, turn: Turn) -> None:
        self.send_response(turn.status)
        kind = "text/event-stream" if turn.status == 200 else "application/json"
        self.send_header("Content-Type", kind)
        if turn.drop:
            self.send_header("Content-Length", str(len(turn.body) + 1_000))
        for name, value in turn.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if turn.drip:
            self._repeat(b"x", pause_s=STEP_S)
        self.wfile.write(turn.body)
        self.wfile.flush()
        if turn.endless:
            self._repeat(turn.endless)

    def _repeat(self, piece: bytes, pause_s: float = 0.0) -> None:
        try:
            while not self.server.script.closing.is_set():
                self.wfile.write(piece)
                if pause_s:
                    time.sleep(pause_s)
        except OSError:
            self.server.script.hung_up.set()

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


def error(status: int, message: str, **headers: str) -> Turn:
    """An OpenAI-like error."""
    body = json.dumps({"error": {"message": message}}).encode()
    return Turn(status, headers, body)


def good(text: str = "Hello!") -> Turn:
    """As it should be."""
    return Turn(body=answer(text))
