"""Stands in for a Qdrant server: the few REST endpoints that its client calls for us, with an API
key. What it keeps is kept by the client's own local mode, so that its answers are no invention.

``python fake_qdrant.py --config-path FILE --disable-telemetry`` behaves as the program does.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from qdrant_client import QdrantClient, models

Body = dict[str, Any]


class FakeQdrant(ThreadingHTTPServer):
    """Answers on a loopback port until closed; ``failing`` makes it answer 503."""

    daemon_threads = True

    def __init__(self, key: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.key = key
        self.kept = QdrantClient(":memory:")
        self.one_at_a_time = threading.Lock()
        self.asked: list[str] = []
        self.failing = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def in_thread(self) -> FakeQdrant:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self.kept.close()


def _answer(kept: QdrantClient, method: str, path: str, body: Body) -> Any:
    name, _, rest = path.removeprefix("/collections").strip("/").partition("/")
    if not name:
        return kept.get_collections()
    key = f"{method} {rest}"
    actions: dict[str, Callable[[], Any]] = {
        "GET exists": lambda: {"exists": kept.collection_exists(name)},
        "GET ": lambda: kept.get_collection(name),
        "PUT ": lambda: kept.create_collection(
            name, vectors_config=models.VectorParams.model_validate(body["vectors"])
        ),
        "PUT index": lambda: {"operation_id": 1, "status": "completed"},
        "PUT points": lambda: kept.upsert(
            name, [models.PointStruct.model_validate(point) for point in body["points"]]
        ),
        "POST points": lambda: kept.retrieve(name, body["ids"], with_payload=True),
        "POST points/count": lambda: kept.count(name, _filter(body)),
        "POST points/delete": lambda: kept.delete(name, models.PointIdsList(points=body["points"])),
        "POST points/payload": lambda: kept.set_payload(name, body["payload"], body["points"]),
        "POST points/query": lambda: kept.query_points(
            name, query=body["query"]["nearest"], query_filter=_filter(body), limit=body["limit"]
        ),
        "POST points/scroll": lambda: _scrolled(kept, name, body),
    }
    return actions[key]()


def _filter(body: Body) -> models.Filter | None:
    return models.Filter.model_validate(body["filter"]) if body.get("filter") else None


def _scrolled(kept: QdrantClient, name: str, body: Body) -> Body:
    points, offset = kept.scroll(name, _filter(body), body["limit"], offset=body.get("offset"))
    return {"points": points, "next_page_offset": offset}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


class _Handler(BaseHTTPRequestHandler):
    server: FakeQdrant
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        path = re.sub(r"\?.*", "", self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        self.server.asked.append(f"{self.command} {path}")
        if self.headers.get("api-key") != self.server.key:
            self._send(401, {"status": {"error": "Must provide an API key"}})
        elif self.server.failing:
            self._send(503, {"status": {"error": "not now"}})
        else:
            with self.server.one_at_a_time:
                result = _plain(_answer(self.server.kept, self.command, path, body))
            self._send(200, {"result": result, "status": "ok", "time": 0.0})

    do_GET = do_PUT = do_POST = _serve  # noqa: N815

    def _send(self, status: int, answer: Body) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Silence."""


def main(argv: list[str]) -> int:
    """As the program: reads its configuration, listens where it says, ends on TERM."""
    config = json.loads(Path(argv[argv.index("--config-path") + 1]).read_text())
    service = config["service"]
    assert service["host"] == "127.0.0.1", "it would listen beyond loopback"
    Path(config["storage"]["storage_path"]).mkdir(parents=True, exist_ok=True)
    FakeQdrant(service["api_key"], service["http_port"]).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
