"""Doctor's look at a Spark cluster: what its workers must be able to reach."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping

from engine.contracts.places import is_cluster
from engine.host.findings import Finding
from engine.host.folders import bucket, lake_path
from engine.paths import DataPaths
from engine.settings import Settings, load_settings

CONNECT_TIMEOUT_S = 3.0

_STANDALONE = re.compile(r"spark://(?P<host>[^,:]+):(?P<port>\d+)")
_THIS_COMPUTER = {"127.0.0.1", "localhost", "::1"}


def check_cluster(paths: DataPaths) -> Finding:
    """The finding for the settings of this start."""
    return look(paths, load_settings(os.environ, paths.root), os.environ)


def look(paths: DataPaths, settings: Settings, env: Mapping[str, str]) -> Finding:
    """The first of what is wrong, in the order in which it would be met."""
    master = settings.spark.master
    if not is_cluster(master):
        return Finding("cluster", "ok", f"Spark runs on this computer ({master}).")
    found = _STANDALONE.match(master)
    if found and not _answers(found["host"], int(found["port"])):
        return Finding(
            "cluster",
            "error",
            f"The Spark master {master} cannot be reached.",
            "Start it, or correct SPARK_MASTER.",
        )
    here = found is not None and found["host"] in _THIS_COMPUTER
    if not here and not settings.kafka.bootstrap_servers:
        return Finding(
            "cluster",
            "error",
            f"The workers of {master} cannot read the built-in broker, which listens on this "
            "computer only.",
            "Set KAFKA_BOOTSTRAP_SERVERS to a broker that they reach.",
        )
    if not here and not bucket(settings):
        return Finding(
            "cluster",
            "warning",
            f"The lake is the folder {lake_path(paths, settings)}: every worker must have it "
            "mounted under the same name, as a start will prove.",
            "Or set DELTA_PATH to a bucket such as s3a://NAME/lake.",
        )
    if bucket(settings) and not (env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")):
        return Finding(
            "cluster",
            "warning",
            f"No region is set for {bucket(settings)}.",
            "Set AWS_REGION; a server that is not Amazon's usually wants us-east-1.",
        )
    lake = bucket(settings) or lake_path(paths, settings)
    return Finding("cluster", "ok", f"{master}, with the lake in {lake}.")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False
