"""Running on a Spark cluster: this process keeps the driver, executors are somebody else's.

Settings go into a properties file that only its owner can read, and none into the driver's argv:
the file of the person who runs the cluster is put behind ours, and may hold keys and passwords.
"""

from __future__ import annotations

import os
import re
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts.job import PipelineConfig
from pipelines.errors import ClusterError, DriverError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONNECT_TIMEOUT_S = 5.0
EXECUTORS_TIMEOUT_S = 90.0
"""A container has to be fetched and started on some clusters; a standalone worker takes 3 s."""

_STANDALONE = re.compile(r"spark://(?P<hosts>.+)")


def reach_master(master: str) -> str | None:
    """Our own address as a standalone master sees it, by which executors reach the driver.

    None for other kinds of master, whose address is not in their name.

    Raises:
        DriverError: no master of the list can be reached.
    """
    match = _STANDALONE.fullmatch(master)
    if match is None:
        return None
    failures = []
    for place in match["hosts"].split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), CONNECT_TIMEOUT_S) as connection:
                return str(connection.getsockname()[0])
        except (OSError, ValueError) as error:
            failures.append(f"{place}: {error}")
    raise DriverError(
        f"The Spark master {master} cannot be reached ({'; '.join(failures)}). Start it, or "
        "correct SPARK_MASTER; without that setting Spark runs on this computer."
    )


def cluster_confs(config: PipelineConfig, host: str | None) -> dict[str, str]:
    """What differs from a driver that has its executor inside."""
    settings = {
        # Executors are started from another Spark, without Delta and the Kafka source.
        "spark.jars": ",".join(config.jvm.jars),
        # A batch is three short jobs at once: who waits for the executor that has the cached rows
        # for longer than reading them over the network takes leaves the others idle.
        "spark.locality.wait": "300ms",
    }
    if host is not None:
        settings |= {"spark.driver.host": host, "spark.driver.bindAddress": host}
    return settings


def write_properties(config: PipelineConfig, settings: dict[str, str]) -> Path:
    """Ours, then those of the person's own file: of a key that stands twice Java takes the last.

    Raises:
        ClusterError: that file cannot be read.
    """
    lines = [f"{key} {value}\n" for key, value in settings.items()]
    if config.spark_properties:
        try:
            lines.append(Path(config.spark_properties).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ClusterError(
                f"The Spark properties file {config.spark_properties} cannot be read: {error}. "
                "Correct SPARK_PROPERTIES_FILE, or remove it."
            ) from error
    file = Path(config.scratch_path) / "cluster.properties"
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.writelines(lines)
    return file


def executors(spark: SparkSession) -> int:
    """Executors that are registered at this moment."""
    context = spark.sparkContext._jsc.sc()
    return int(context.getExecutorMemoryStatus().size()) - 1  # the driver counts itself


def wait_for_executors(
    spark: SparkSession, master: str, timeout_s: float = EXECUTORS_TIMEOUT_S
) -> None:
    """Until one is there: a job before that would wait without end and say nothing.

    Raises:
        DriverError: none came.
    """
    deadline = time.monotonic() + timeout_s
    while not executors(spark):
        if time.monotonic() > deadline:
            raise DriverError(
                f"{master} gave no executor within {timeout_s:g} s. Look at the master's page: "
                "are its workers alive, and have they as much memory and as many cores free as "
                "spark.executor.memory and spark.executor.cores ask for?"
            )
        time.sleep(0.1)
