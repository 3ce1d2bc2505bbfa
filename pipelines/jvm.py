"""Starts the driver JVM directly on the given Java runtime and connects PySpark to it.

Spark's own launcher is two shell scripts and one more JVM, and it asks for a module
(``jdk.incubator.vector``) that the bundled runtime does not carry. Started directly we also know
the JVM's pid, and can make it die with this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import time
from pathlib import Path

from engine.contracts import deathwatch
from engine.contracts.job import PipelineConfig
from pipelines.errors import DriverError

# What Spark's JavaModuleOptions opens on Java 17 and later; Arrow and Kryo reflect into these.
OPENED = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)

START_TIMEOUT_S = 60.0


def java_flags(config: PipelineConfig) -> list[str]:
    """JVM flags for a two-core laptop.

    A batch is garbage once it is written: with a nursery that holds much of it a backlog has a
    fifth of the full collections. A larger one takes as much more memory and gains nothing; a
    stream at ease needs a third of it. All cores collect (on two, a backlog is drained a sixth
    faster than by the serial collector), and what a backlog took is given back.
    """
    flags = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED]
    flags += [
        f"-Xmx{config.jvm.heap_mb}m",
        "-Xss1m",
        f"-XX:NewSize={config.jvm.heap_mb // 16}m",
        f"-XX:MaxNewSize={config.jvm.heap_mb // 5}m",
        "-XX:+UseParallelGC",
        "-XX:MinHeapFreeRatio=15",
        "-XX:MaxHeapFreeRatio=40",
        # What compiling took is given back, too; only newer runtimes know the option.
        "-XX:+IgnoreUnrecognizedVMOptions",
        "-XX:TrimNativeHeapInterval=60000",
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Dio.netty.tryReflectionSetAccessible=true",
        "-Djava.net.preferIPv4Stack=true",
        "-Duser.timezone=UTC",
        f"-Djava.io.tmpdir={config.scratch_path}",
        f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}",
        *config.jvm.archive_flags,
    ]
    return flags


def command(
    config: PipelineConfig, spark_home: Path, confs: dict[str, str], properties: Path | None = None
) -> list[str]:
    """The whole argv of the driver JVM. Holds no secret: argv is readable by other users."""
    classpath = os.pathsep.join([*config.jvm.jars, str(spark_home / "jars" / "*")])
    argv = [config.jvm.java, *java_flags(config), "-cp", classpath]
    argv += ["org.apache.spark.deploy.SparkSubmit", "--master", config.master]
    if properties is not None:
        argv += ["--properties-file", str(properties)]
    for key, value in confs.items():
        argv += ["--conf", f"{key}={value}"]
    return [*argv, "pyspark-shell"]


class DriverJvm:
    """The running driver JVM of this process."""

    def __init__(
        self,
        config: PipelineConfig,
        confs: dict[str, str],
        properties: Path | None = None,
        address: str | None = "127.0.0.1",
    ) -> None:
        """``properties``: a file of further settings; ``address``: what Spark binds to, if told."""
        import pyspark

        self._home = Path(pyspark.__file__).parent
        self._config = config
        self._info = Path(config.scratch_path) / f"gateway-{os.getpid()}.info"
        self._info.unlink(missing_ok=True)
        self._address = address
        self.process = self._spawn(command(config, self._home, confs, properties))
        self._write_pid_record()

    def _spawn(self, argv: list[str]) -> subprocess.Popen[bytes]:
        env = {
            **os.environ,
            "_PYSPARK_DRIVER_CONN_INFO_PATH": str(self._info),
            "SPARK_HOME": str(self._home),
        }
        if self._address is not None:
            env["SPARK_LOCAL_IP"] = self._address
        env.pop("JAVA_TOOL_OPTIONS", None)
        guard = deathwatch.launcher_prefix()
        # stdin stays open for the JVM's life: Spark's gateway ends itself at end of file there.
        return subprocess.Popen(guard + argv, stdin=subprocess.PIPE, stdout=2, env=env)

    def _write_pid_record(self) -> None:
        """Lets the supervisor's next start reap the JVM should everything else have been killed."""
        path = Path(self._config.pid_dir) / "driver.pid"
        record = {"pid": self.process.pid, "start_time": deathwatch.start_time(self.process.pid)}
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w") as file:
            json.dump(record, file)

    def connect(self) -> None:
        """Waits for the gateway and tells PySpark where it is.

        Raises:
            DriverError: the JVM ended, or said nothing for a minute.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._info.exists():
            if self.process.poll() is not None:
                raise DriverError(
                    f"The Spark driver ended while starting (exit {self.process.returncode}). "
                    "See the pipeline's log; `rt-lakehouse doctor` checks Java and the jars."
                )
            if time.monotonic() > deadline:
                raise DriverError(
                    "The Spark driver did not answer within a minute. Close other programs to "
                    "free memory, then retry."
                )
            time.sleep(0.01)
        port, secret = _read_connection(self._info, deadline)
        self._info.unlink()
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret

    def stop(self, grace_s: float = 10.0) -> None:
        """Ends the JVM: end of file on its stdin, then TERM, then KILL."""
        if self.process.stdin:
            self.process.stdin.close()
        for signal in (None, self.process.terminate, self.process.kill):
            if signal is not None:
                signal()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace_s)
                break
        (Path(self._config.pid_dir) / "driver.pid").unlink(missing_ok=True)


def _read_connection(info: Path, deadline: float) -> tuple[int, str]:
    """Port and secret as the gateway writes them: int port, int length, bytes (big-endian)."""
    while True:
        data = info.read_bytes()
        if len(data) >= 8:
            port, length = struct.unpack("!ii", data[:8])
            if len(data) >= 8 + length:
                return port, data[8 : 8 + length].decode()
        if time.monotonic() > deadline:
            raise DriverError("The Spark driver's answer was cut short. Retry.")
        time.sleep(0.005)
