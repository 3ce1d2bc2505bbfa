"""``python -m engine.llm.server.worker``: has one model loaded, until its stdin ends."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

from engine.llm.server.config import WorkerConfig, WorkerReady

log = logging.getLogger(__name__)

STDIN, STDOUT, STDERR = 0, 1, 2

RUNTIMES: Final = {
    "xllamacpp": "engine.llm.server.by_xllamacpp",
    "llama-cpp-python": "engine.llm.server.by_llama_cpp",
}
Serve = Callable[[WorkerConfig], int]
"""Loads the model, listens on a free loopback port of its choice, and returns that port."""


def main() -> int:
    """Serves; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    out = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)  # llama.cpp prints where it likes
    config = WorkerConfig.model_validate_json(sys.stdin.buffer.readline())
    try:
        serve: Serve = import_module(RUNTIMES[config.runtime]).serve
        ready = WorkerReady(port=serve(config))
    except Exception as error:
        log.exception("the model cannot be loaded")
        said = " ".join(str(error).split()) or type(error).__name__
        ready = WorkerReady(failure=said.rstrip("."))
    os.write(out, ready.model_dump_json().encode() + b"\n")
    if ready.failure:
        return 1
    while os.read(STDIN, 4_096):
        pass
    # Not by return: llama.cpp's threads would be waited for.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
