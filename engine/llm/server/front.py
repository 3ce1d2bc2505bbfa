"""The loopback port: checks the key, has the model loaded, passes requests on byte by byte."""

from __future__ import annotations

import hmac
import json
import logging
import select
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from engine.llm.errors import ModelUnusable
from engine.llm.faults import UNUSABLE
from engine.llm.server.keeper import Keeper, Worker

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
MOST_BODY: Final = 8_000_000
CONNECT_S: Final = 5.0
SILENT_CLIENT_S: Final = 30.0
PASSED_ON: Final = ("/v1/chat/completions", "/v1/completions")


class Front(ThreadingHTTPServer):
    """Listens once made; ``serve_forever`` answers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, api_key: str, model: str, keeper: Keeper) -> None:
        self.authorization = f"Bearer {api_key}".encode()
        self.model = model
        self.keeper = keeper
        super().__init__((HOST, port), Handler)

    def handle_error(self, _request: Any, _address: Any) -> None:
        """Clients go away in mid-answer whenever somebody cancels."""
        log.debug("a connection ended early")


class Handler(BaseHTTPRequestHandler):
    """One connection, one request."""

    server: Front
    protocol_version = "HTTP/1.1"
    timeout = SILENT_CLIENT_S

    def do_GET(self) -> None:
        """Health, and which model there is."""
        if not self._may():
            return
        path = self.path.rstrip("/")
        if path in ("/health", "/v1/health"):
            self._answer(200, {"status": "ok", "loaded": self.server.keeper.loaded})
        elif path == "/v1/models":
            entry = {"id": self.server.model, "object": "model", "owned_by": "local"}
            self._answer(200, {"object": "list", "data": [entry]})
        else:
            self._refuse(404, "There is no such address.")

    def do_POST(self) -> None:
        """A completion, by the worker."""
        if not self._may():
            return
        if self.path not in PASSED_ON:
            self._refuse(404, "There is no such address.")
            return
        body = self._body()
        if body is None:
            return
        try:
            with self.server.keeper.lease() as worker:
                self._pass_on(worker, body)
        except ModelUnusable as error:
            told = {"type": UNUSABLE, "message": error.message, "remedy": error.remedy}
            self._answer(503, {"error": told})

    def _may(self) -> bool:
        given = self.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, self.server.authorization):
            return True
        self._refuse(401, "The key is wrong.")
        return False

    def _body(self) -> bytes | None:
        try:
            size = int(self.headers.get("Content-Length", ""))
        except ValueError:
            self._refuse(411, "The request does not say how long it is.")
            return None
        if not 0 <= size <= MOST_BODY:
            self._refuse(413, "The request is too long.")
            return None
        return self.rfile.read(size)

    def _pass_on(self, worker: Worker, body: bytes) -> None:
        self.close_connection = True
        try:
            upstream = socket.create_connection((HOST, worker.port), CONNECT_S)
        except OSError as error:
            self._refuse(502, f"The model's process does not answer: {error.strerror}.")
            return
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {HOST}:{worker.port}\r\n"
            f"Authorization: Bearer {worker.api_key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        with upstream:
            upstream.settimeout(None)
            upstream.sendall(head.encode() + body)
            _pump(upstream, self.connection)

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.close_connection = True
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

    def _refuse(self, status: int, message: str) -> None:
        self._answer(status, {"error": {"message": message, "code": status}})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Nothing: a line for each request says nothing that the answer does not."""


def _pump(upstream: socket.socket, client: socket.socket) -> None:
    """The answer to the client, until it is whole or the client has gone away.

    Closing the worker's connection then is what makes llama.cpp stop writing.
    """
    while True:
        ready, _, _ = select.select([upstream, client], [], [])
        if client in ready and not client.recv(4_096):
            return
        if upstream in ready:
            piece = upstream.recv(65_536)
            if not piece:
                return
            client.sendall(piece)
