"""Qdrant's own server program, where it is found: its configuration, its start, its end.

Built to its documentation; no machine of ours has the binary, so that it was never run by us.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.contracts.deathwatch import launcher_prefix, start_time
from engine.knowledge.errors import KnowledgeUnavailable
from engine.platform import write_private

START_S = 30.0
STOP_S = 5.0
_LOOK_AGAIN_S = 0.05
PID_RECORD = "qdrant"
"""Name of its pid record: the start after a crash ends what was left."""


@dataclass(frozen=True)
class ServerPlan:
    """Where it keeps its files and how it is reached."""

    folder: Path
    port: int
    api_key: str

    @property
    def url(self) -> str:
        """For its client."""
        return f"http://127.0.0.1:{self.port}"


def new_plan(folder: Path, port: int) -> ServerPlan:
    """A plan with a key made for this start."""
    return ServerPlan(folder, port, secrets.token_hex(24))


def server_config(plan: ServerPlan) -> dict[str, Any]:
    """Loopback only, a key, no gRPC, no web page, no telemetry, few threads."""
    return {
        "log_level": "WARN",
        "telemetry_disabled": True,
        "cluster": {"enabled": False},
        "service": {
            "host": "127.0.0.1",
            "http_port": plan.port,
            "grpc_port": None,
            "api_key": plan.api_key,
            "enable_cors": False,
            "enable_static_content": False,
            "max_workers": 1,
        },
        "storage": {
            "storage_path": str(plan.folder / "storage"),
            "snapshots_path": str(plan.folder / "snapshots"),
            "performance": {"max_search_threads": 1, "optimizer_cpu_budget": 1},
            "optimizers": {"default_segment_number": 1, "max_optimization_threads": 1},
            "wal": {"wal_capacity_mb": 1},
        },
    }


def server_command(binary: Path, config: Path) -> list[str]:
    """The program without a secret in its argv."""
    return [str(binary), "--config-path", str(config), "--disable-telemetry"]


@contextmanager
def running_server(
    binary: Path,
    plan: ServerPlan,
    run_folder: Path,
    answers: Callable[[], None],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[subprocess.Popen[bytes]]:
    """The program, up: ``answers`` raises KnowledgeUnavailable until it is.

    It ends with this context, and with this process, however that ends: call it from a thread
    that lives as long as the process. Raises KnowledgeUnavailable.
    """
    plan.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = run_folder / "qdrant.json"
    write_private(config, json.dumps(server_config(plan), indent=1))
    record = run_folder / f"{PID_RECORD}.pid"
    # Its output goes to the log of the process that starts it: our stdout is for messages.
    with subprocess.Popen(
        [*launcher_prefix(), *server_command(binary, config)],
        cwd=plan.folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            known = {"pid": process.pid, "start_time": start_time(process.pid)}
            write_private(record, json.dumps(known))
            _wait(process, answers, stopped)
            yield process
        finally:
            _end(process)
            record.unlink(missing_ok=True)
            config.unlink(missing_ok=True)


def _wait(
    process: subprocess.Popen[bytes], answers: Callable[[], None], stopped: Callable[[], bool]
) -> None:
    until = time.monotonic() + START_S
    while True:
        status = process.poll()
        if status is not None:
            raise KnowledgeUnavailable(
                f"The Qdrant program ended at its start (exit status {status}).",
                "See the log of the service vectors, or remove the program to use the built-in "
                "store.",
            )
        try:
            answers()
        except KnowledgeUnavailable as error:
            if stopped() or time.monotonic() > until:
                raise KnowledgeUnavailable(
                    f"The Qdrant program was not ready within {START_S:g} s.", error.remedy
                ) from error
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    """Without variables that would override the configuration."""
    hidden = ("QDRANT", "RUN_MODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
