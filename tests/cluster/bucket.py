"""An S3 server on this computer: Versity's gateway over a folder, built from its Go module.

It does conditional puts (If-None-Match), on which delta-rs' commits rest.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from engine.contracts import deathwatch
from engine.providers.ports import free_ports
from engine.provision.jars import jar_dir
from tests.e2e.lakehouse import FOREIGN, until

MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
BUCKET = "lake"
REGION = "us-east-1"
BUILD_S = 900


def server_program() -> Path:
    """The gateway, built at its first use; skips where it cannot be."""
    program = jar_dir().parent / "test-tools" / "versitygw"
    if program.is_file():
        return program
    go = shutil.which("go")
    if go is None:
        pytest.skip("The S3 server is a Go program, and there is no Go compiler here.")
    env = {**os.environ, "GOBIN": str(program.parent), "GOFLAGS": "-modcacherw"}
    built = subprocess.run(
        [go, "install", MODULE], env=env, capture_output=True, text=True, timeout=BUILD_S
    )
    if built.returncode:
        pytest.skip(f"The S3 server could not be built: {built.stderr[-300:]}")
    return program


class S3Server:
    """The running gateway with one bucket."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "objects"
        (self.root / BUCKET).mkdir(parents=True)
        (folder / "attributes").mkdir()
        self._port = free_ports(1)[0]
        self._key, self._secret = "test-" + secrets.token_hex(4), secrets.token_hex(16)
        env = {k: v for k, v in os.environ.items() if not k.startswith((*FOREIGN, "AWS_"))}
        env |= {"ROOT_ACCESS_KEY": self._key, "ROOT_SECRET_KEY": self._secret}
        argv = [str(server_program()), "--port", f"127.0.0.1:{self._port}", "--region", REGION]
        argv += ["posix", "--sidecar", str(folder / "attributes"), str(self.root)]
        with (folder / "s3.log").open("wb") as log:
            self._process = subprocess.Popen(
                deathwatch.launcher_prefix() + argv, env=env, stdout=log, stderr=log
            )
        until(self._answers, 30, "the S3 server listens")

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the S3 server ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    @property
    def lake(self) -> str:
        """For DELTA_PATH."""
        return f"s3a://{BUCKET}/rt"

    def settings(self) -> dict[str, str]:
        """The standard variables of Amazon's SDKs, which Spark and delta-rs both read."""
        return {
            "AWS_ACCESS_KEY_ID": self._key,
            "AWS_SECRET_ACCESS_KEY": self._secret,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_REGION": REGION,
            # Only for a server without TLS.
            "AWS_ALLOW_HTTP": "true",
        }

    def close(self) -> None:
        """Ends it."""
        self._process.terminate()
        self._process.wait(10)
