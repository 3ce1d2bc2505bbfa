"""llama-cpp-python: the model in this process, behind a small HTTP adapter of our own.

The package's server module needs a web framework that is not installed; what is used of it is one
address, which the standard library serves.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from engine.llm.server.config import WorkerConfig

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
Chunk = dict[str, Any]
_PASSED_ON: Final = ("temperature", "top_p", "stop", "seed", "presence_penalty")


def serve(config: WorkerConfig) -> int:
    """See ``worker.Serve``."""
    import llama_cpp

    model = llama_cpp.Llama(
        config.model,
        n_ctx=config.context_tokens,
        n_threads=config.threads,
        n_threads_batch=config.threads,
        n_gpu_layers=0,
        verbose=False,
    )
    adapter = Adapter(model, config)
    threading.Thread(target=adapter.serve_forever, name="adapter", daemon=True).start()
    port: int = adapter.server_address[1]
    return port


class Adapter(ThreadingHTTPServer):
    """One model, one answer at a time."""

    daemon_threads = True

    def __init__(self, model: Any, config: WorkerConfig) -> None:
        self.model = model
        self.name = config.name
        self.authorization = f"Bearer {config.api_key}".encode()
        self.turn = threading.Lock()
        super().__init__((HOST, 0), _Handler)

    def handle_error(self, _request: Any, _address: Any) -> None:
        """Whoever asked has gone away: that is how a question is cancelled."""
        log.debug("a connection ended early")

    def chunks(self, request: dict[str, Any]) -> Iterator[Chunk]:
        """The answer in pieces, and a last piece with what it cost; ValueError."""
        written = 0
        for chunk in self.model.create_chat_completion(**arguments(request)):
            written += bool(chunk["choices"][0]["delta"].get("content"))
            yield {**chunk, "model": self.name}
        read = max(self.model.n_tokens - written, 0)
        usage = {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        }
        yield {"object": "chat.completion.chunk", "model": self.name, "choices": [], "usage": usage}


def arguments(request: dict[str, Any]) -> dict[str, Any]:
    """An OpenAI request in the words of ``create_chat_completion``."""
    told: dict[str, Any] = {key: request[key] for key in _PASSED_ON if key in request}
    told["messages"] = request["messages"]
    told["stream"] = True
    told["max_tokens"] = request.get("max_tokens") or request.get("max_completion_tokens")
    wanted = request.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        schema = wanted["json_schema"]["schema"]
        told["response_format"] = {"type": "json_object", "schema": schema}
    elif wanted.get("type") == "json_object":
        told["response_format"] = wanted
    return told


def whole(chunks: list[Chunk]) -> Chunk:
    """One answer of its pieces, for who does not want a stream."""
    first = next(chunk for chunk in chunks if chunk["choices"])
    choices = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    text = "".join(choice["delta"].get("content") or "" for choice in choices)
    message = {"role": "assistant", "content": text}
    return {
        **{key: first[key] for key in ("id", "created", "model") if key in first},
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": message, "finish_reason": choices[-1]["finish_reason"]}
        ],
        "usage": chunks[-1]["usage"],
    }


class _Handler(BaseHTTPRequestHandler):
    server: Adapter

    def do_POST(self) -> None:
        given = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, self.server.authorization):
            self._refuse(401, "The key is wrong.")
            return
        try:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with self.server.turn:
                self._answer(request)
        except (KeyError, TypeError, ValueError) as error:
            self._refuse(400, str(error))

    def _answer(self, request: dict[str, Any]) -> None:
        chunks = self.server.chunks(request)
        if not request.get("stream"):
            self._send(200, whole(list(chunks)))
            return
        first = next(chunks)  # what the model refuses, it refuses here
        self._head(200, "text/event-stream")
        self._event(first)
        for chunk in chunks:
            self._event(chunk)
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, chunk: Chunk) -> None:
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()

    def _head(self, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, status: int, content: dict[str, Any]) -> None:
        self._head(status, "application/json")
        self.wfile.write(json.dumps(content).encode())

    def _refuse(self, status: int, message: str) -> None:
        self._send(status, {"error": {"message": message, "code": status}})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Nothing: requests are no news."""
