"""The local language model without a supervisor: for a command, an evaluation, a test."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError

from engine.contracts.deathwatch import launcher_prefix
from engine.contracts.protocol import CHILD_MESSAGE, Fatal, Ready, Stop
from engine.llm.endpoint import LOCAL_PATIENCE, Patience
from engine.llm.errors import ModelUnusable
from engine.llm.gguf import read_model_file
from engine.llm.models import LocalModel
from engine.llm.server.config import ServerConfig
from engine.platform import write_private
from engine.providers.environment import child_env
from engine.providers.llm_local import client_of, server_config
from engine.providers.pipeline_local import CHECKOUT

STOP_S: Final = 5.0


@contextmanager
def local_model(
    file: Path,
    folder: Path,
    *,
    context_tokens: int = 4096,
    idle_s: float = 600.0,
    patience: Patience = LOCAL_PATIENCE,
) -> Iterator[LocalModel]:
    """A context in which the model of ``file`` can be asked; ``folder`` gets its configuration.

    Call it on a thread that lives as long as the context. Raises ModelUnusable.
    """
    model = read_model_file(file)
    config = server_config(model, context_tokens, idle_s)
    with server(config, folder):
        yield client_of(config, model, patience)


@contextmanager
def server(config: ServerConfig, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it listens. Raises ModelUnusable where it says why it cannot."""
    config_file = folder / f"llm-{config.port}.json"
    write_private(config_file, config.model_dump_json())
    argv = [*launcher_prefix(), sys.executable, "-m", "engine.llm.server", str(config_file)]
    with subprocess.Popen(
        argv, env=child_env(), cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _wait_ready(process.stdout)
            # What it says later is read and dropped, so that it never waits for a reader.
            drain = threading.Thread(target=process.stdout.read, name="llm-says", daemon=True)
            drain.start()
            yield process
        finally:
            _end(process, process.stdin)
            config_file.unlink(missing_ok=True)


def _wait_ready(said: IO[bytes]) -> None:
    for line in said:
        try:
            message = CHILD_MESSAGE.validate_json(line)
        except ValidationError:
            continue
        if isinstance(message, Ready):
            return
        if isinstance(message, Fatal):
            raise ModelUnusable(message.message, "")
    raise ModelUnusable("The local model's process ended at its start.", "See what it printed.")


def _end(process: subprocess.Popen[bytes], stdin: IO[bytes]) -> None:
    with suppress(OSError):
        stdin.write(Stop().model_dump_json().encode() + b"\n")
        stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
