"""The program as a person starts it: ``run --headless`` in a session of its own."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.host.control import ask
from engine.paths import DataPaths

CHECKOUT = Path(__file__).resolve().parents[2]
READY_TIMEOUT_S = 240.0
"""The first start makes the archives of loaded classes; the machine may be shared and slow."""

PATIENT = {
    # Whoever is killed on purpose must not be given up.
    "RTLAKEHOUSE_MAX_FAILURES": "1000",
    "RTLAKEHOUSE_FAILURE_WINDOW": "10",
    # Space on the machine that runs the tests is not what is tested.
    "RTLAKEHOUSE_DISK_WARN_BELOW": "0",
    "RTLAKEHOUSE_DISK_PAUSE_BELOW": "0",
    "RTLAKEHOUSE_DISK_STOP_BELOW": "0",
}
FOREIGN = ("RTLAKEHOUSE_", "KAFKA_", "SPARK_", "OPENAI_", "QDRANT_", "PRODUCER_", "DELTA_")


def until(condition: Callable[[], object], seconds: float, what: str, pause: float = 0.1) -> None:
    """Waits until the condition holds; fails saying what did not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"After {seconds:g} s still not so: {what}."
        time.sleep(pause)


def clean_environment(root: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without settings of whoever runs the tests; the data folder in it marks all children."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN) and k != "JAVA_HOME"}
    return {**env, **PATIENT, "RTLAKEHOUSE_DATA_DIR": str(root), **(extra or {})}


def living(root: Path) -> tuple[int, ...]:
    """Pids of processes that were started with this data folder in their environment."""
    wanted = f"RTLAKEHOUSE_DATA_DIR={root}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return tuple(found)


def describe(pids: tuple[int, ...]) -> str:
    """Their command lines, for a message."""
    lines = []
    for pid in pids:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            lines.append(f"{pid}: {text[:160]}")
    return "; ".join(lines)


class Archives:
    """Class archives that one data folder's JVMs left, for the next one: starts half as long."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="rt-archives-"))
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)

    def lend(self, scratch: Path) -> None:
        """Into a data folder that has none yet."""
        for kept in self._folder.iterdir():
            if not (scratch / kept.name).exists():
                shutil.copytree(kept, scratch / kept.name)

    def keep(self, scratch: Path) -> None:
        """After an orderly stop, which is what makes them complete."""
        for made in scratch.glob("*-classes"):
            if list(made.glob("top-*.jsa")) and not (self._folder / made.name).exists():
                shutil.copytree(made, self._folder / made.name)


ARCHIVES = Archives()


class Lakehouse:
    """One data folder and the program that runs on it, from start to start."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.paths = DataPaths(root)
        self.env = clean_environment(root, env)
        self.lake = str(self.paths.lake)
        """Where its tables are: below the data folder, unless DELTA_PATH says otherwise."""
        self.storage: dict[str, str] = {}
        """Variables by which they can be read, where they are in a bucket."""
        self.patience_s = READY_TIMEOUT_S
        """How long a start may take."""
        self.lends_archives = True
        """False where a first start is what is measured."""
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The supervisor."""
        assert self._process is not None, "start it first"
        return self._process

    def launch(self, *options: str) -> None:
        """Starts it and waits for nothing."""
        self._starts += 1
        if self.lends_archives:
            ARCHIVES.lend(self.paths.scratch)
        command = [sys.executable, "-m", "engine.cli", "run", "--headless", "--no-demo", *options]
        with self.output.open("wb") as out, self.errors.open("wb") as err:
            self._process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def start(self, *options: str) -> dict[str, Any]:
        """Starts it; the ready line when all is green."""
        self.launch(*options)
        return self.wait_ready()

    def wait_ready(self) -> dict[str, Any]:
        """The JSON line that says so."""

        def said() -> bool:
            assert self.process.poll() is None, f"It ended while starting. {self.tail()}"
            return self.output.read_bytes().endswith(b"}\n")

        try:
            until(said, self.patience_s, "the ready line", 0.05)
        except AssertionError as error:
            raise AssertionError(f"{error} {self.tail()}") from None
        ready: dict[str, Any] = json.loads(self.output.read_text().splitlines()[-1])
        assert ready["event"] == "ready"
        return ready

    @property
    def output(self) -> Path:
        """Stdout of the present start; outside of what the program owns."""
        return self.root.with_name(f"{self.root.name}.{self._starts}.out")

    @property
    def errors(self) -> Path:
        """Stderr of the present start."""
        return self.output.with_suffix(".err")

    def tail(self) -> str:
        """What it said last."""
        said = self.errors.read_text(errors="replace").splitlines()[-25:]
        return "\n".join(["Its stderr:", *said])

    def cli(self, *arguments: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """A command of the program on this data folder."""
        return subprocess.run(
            [sys.executable, "-m", "engine.cli", *arguments],
            cwd=CHECKOUT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def endpoints(self) -> dict[str, Any]:
        """As ``endpoints --json`` tells them."""
        done = self.cli("endpoints", "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def status(self) -> dict[str, Any]:
        """The running instance's report, over its control port: cheap enough to be polled."""
        return next(iter(ask(self.paths, {"op": "status"})))

    def service(self, name: str) -> dict[str, Any]:
        """A service's part of the status."""
        found: dict[str, Any] = next(s for s in self.status()["services"] if s["name"] == name)
        return found

    def wait_state(self, name: str, state: str, seconds: float = 120.0) -> None:
        """Until a service is in this state."""
        until(lambda: self.service(name)["state"] == state, seconds, f"{name} is {state}")

    def driver_pid(self) -> int:
        """The Spark driver's JVM."""
        pid: int = json.loads((self.paths.run / "driver.pid").read_text())["pid"]
        return pid

    def kill_service(self, name: str, pid: int) -> None:
        """SIGKILL, and wait until the service has been started again and is READY."""
        before = self.service(name)["restarts"]
        os.kill(pid, signal.SIGKILL)
        until(
            lambda: (now := self.service(name))["restarts"] > before and now["state"] == "READY",
            180,
            f"{name} is READY again",
        )

    def kill_supervisor(self) -> None:
        """SIGKILL to the supervisor alone; whatever it started must be gone within five seconds."""
        self.process.kill()
        self.process.wait(10)
        self.assert_nobody_left(5.0)

    def stop(self, seconds: float = 90.0) -> int:
        """The orderly way: SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.assert_nobody_left(1.0)
        ARCHIVES.keep(self.paths.scratch)
        return code

    def assert_nobody_left(self, seconds: float) -> None:
        """No process of this data folder, at the latest after so long."""
        deadline = time.monotonic() + seconds
        while (left := living(self.root)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left, f"Processes outlived the supervisor: {describe(left)}"

    def end(self) -> tuple[int, ...]:
        """For the end of a test: kills what is left; returns the pids that were."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
        left = living(self.root)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)
        return left
