"""A Spark standalone cluster on this computer: a master and workers, each a JVM of one core.

They are started from pyspark's own jars on the bundled Java, with a secret that whoever talks to
them must know, and they end with the process that started them.
"""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
from pathlib import Path

import pyspark

from engine.contracts import deathwatch
from engine.providers.ports import free_ports
from engine.provision.java import find_java
from pipelines.jvm import OPENED
from tests.e2e.lakehouse import FOREIGN, until

SPARK_HOME = Path(pyspark.__file__).parent
START_S = 60.0
EXECUTOR_MB = 900

# Spark starts executors with a module that the bundled runtime does not carry. A whole JDK has it.
_JAVA = """#!/bin/sh
for argument in "$@"; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


class Daemon:
    """A master or a worker."""

    def __init__(self, name: str, argv: list[str], folder: Path, env: dict[str, str]) -> None:
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                deathwatch.launcher_prefix() + argv, env=env, stdout=log, stderr=log, cwd=folder
            )

    def said(self, text: str) -> bool:
        """Whether its log has this; fails where it has ended."""
        assert self._process.poll() is None, self.log.read_text()[-2000:]
        return text in self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL; a worker's executors end when they miss it."""
        self._process.kill()
        self._process.wait(10)


class Standalone:
    """The cluster; ``folder`` is for logs and the workers' own files."""

    def __init__(self, folder: Path, workers: int = 0) -> None:
        self._folder = folder
        self._port = free_ports(1)[0]
        self._secret = secrets.token_urlsafe(16)
        self._java = _java_home(folder)
        self.workers: list[Daemon] = []
        place = ["--host", "127.0.0.1", "--port", str(self._port), "--webui-port", "0"]
        self.master = self._start("master", "master.Master", place)
        until(lambda: self.master.said("New state: ALIVE"), START_S, "the master is alive")
        for _ in range(workers):
            self.add_worker()

    @property
    def url(self) -> str:
        """For SPARK_MASTER."""
        return f"spark://127.0.0.1:{self._port}"

    def properties(self, extra: dict[str, str] | None = None) -> Path:
        """A properties file for a driver, with the secret."""
        settings = {
            "spark.authenticate": "true",
            "spark.authenticate.secret": self._secret,
            "spark.executor.memory": f"{EXECUTOR_MB}m",
            "spark.executor.cores": "1",
            **(extra or {}),
        }
        file = self._folder / "spark.properties"
        file.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        file.chmod(0o600)
        return file

    def add_worker(self) -> Daemon:
        """One more core; returns when the master has it."""
        name = f"worker-{len(self.workers)}"
        options = ["--host", "127.0.0.1", "--cores", "1", "--memory", f"{EXECUTOR_MB + 100}m"]
        options += ["--webui-port", "0", "--work-dir", str(self._folder / name), self.url]
        worker = self._start(name, "worker.Worker", options)
        self.workers.append(worker)
        until(lambda: worker.said("Successfully registered with master"), START_S, "it registered")
        return worker

    def close(self) -> None:
        """Ends what still runs."""
        for daemon in (*self.workers, self.master):
            daemon.kill()

    def _start(self, name: str, program: str, options: list[str]) -> Daemon:
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
        argv = [str(find_java().java), *opened, "-Xmx192m", "-XX:+UseSerialGC"]
        argv += ["-XX:TieredStopAtLevel=1", "-cp", f"{SPARK_HOME}/jars/*"]
        argv += [f"org.apache.spark.deploy.{program}", "--properties-file", str(self.properties())]
        env = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        env |= {
            "JAVA_HOME": str(self._java),
            "SPARK_HOME": str(SPARK_HOME),
            # Set by the shell scripts of a whole Spark, which are not used here.
            "SPARK_SCALA_VERSION": "2.13",
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self._folder),
            # The tests' mark of whose process it is: not the lakehouse's.
            "RT_CLUSTER": str(self._folder),
        }
        return Daemon(name, argv + options, self._folder, env)


def _java_home(folder: Path) -> Path:
    program = folder / "java-home" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(_JAVA.format(java=find_java().java))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program.parents[1]
