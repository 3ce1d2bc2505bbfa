"""The Maven jars of this installation: where they are, whether they are right, and fetching them.

They lie inside the virtual environment, so that each checkout has its own and deleting ``.venv``
deletes them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.paths import resources_dir
from engine.provision.ivy import FetchProgress, IvyFetcher, Report
from engine.provision.jarlock import OPTIONAL, JarSet, read_lock
from engine.provision.store import JarProblem, JarStore


def jar_dir() -> Path:
    """The folder that holds ``spark/``, ``broker/`` and, where it was wanted, ``s3/``."""
    return Path(sys.prefix) / "share" / "rt-lakehouse" / "jars"


def jar_store() -> JarStore:
    """The jars of this installation: those for a bucket too, once asked for.

    Raises JarLockBroken.
    """
    locked = read_lock(resources_dir() / "jars" / "jars.lock")
    folder = jar_dir()
    wanted = (jar for jar in locked if jar.set not in OPTIONAL or (folder / jar.set).is_dir())
    return JarStore(folder, tuple(wanted))


def want(jar_set: JarSet) -> None:
    """From now on an optional set belongs to this installation; it is fetched as the others are."""
    (jar_dir() / jar_set).mkdir(parents=True, exist_ok=True)


def spark_jars() -> tuple[Path, ...]:
    """Delta and the Kafka source, to stand before pyspark's own jars on the class path."""
    return jar_store().paths("spark")


def s3_jars() -> tuple[Path, ...]:
    """What Spark needs for a lake in a bucket; empty where nobody asked for it."""
    return jar_store().paths("s3")


def broker_jars() -> tuple[Path, ...]:
    """Apache Kafka with all it needs."""
    return jar_store().paths("broker")


def verify(quick: bool) -> list[JarProblem]:
    """Jars that are missing or corrupt; ``quick`` hashes only what changed since the last time."""
    return jar_store().verify(quick)


def ensure_jars(progress: Report | None = None) -> None:
    """Fetch what :func:`verify` finds wrong. Raises JarsNotFetched, JarMismatch, JarLockBroken."""
    fetcher = IvyFetcher(cache=jar_dir().parent / "ivy", env=os.environ)
    jar_store().ensure(fetcher, fetcher.drop_cache, progress or _silent)


def _silent(_progress: FetchProgress) -> None:
    pass
