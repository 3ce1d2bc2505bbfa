"""A cluster, a broker with six partitions and data folders; all ends with the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.cluster.bucket import S3Server
from tests.cluster.kafka import OtherKafka
from tests.cluster.standalone import Standalone
from tests.e2e.lakehouse import Lakehouse

PARTITIONS = 6

MakeLakehouse = Callable[[Mapping[str, str]], Lakehouse]


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short path: the program's sockets lie below it."""
    made = Path(tempfile.mkdtemp(prefix="rc", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Standalone]:
    """A master; the test adds workers."""
    (folder / "spark").mkdir()
    made = Standalone(folder / "spark")
    yield made
    made.close()


@pytest.fixture
def kafka(folder: Path) -> Iterator[OtherKafka]:
    made = OtherKafka(folder / "kafka", PARTITIONS)
    yield made
    made.close()


@pytest.fixture
def bucket(folder: Path) -> Iterator[S3Server]:
    """An S3 server with an empty bucket."""
    (folder / "s3").mkdir()
    made = S3Server(folder / "s3")
    yield made
    made.close()


@pytest.fixture
def make_lakehouse(folder: Path) -> Iterator[MakeLakehouse]:
    """Data folders with these variables set; what still runs at the end is killed."""
    made: list[Lakehouse] = []

    def make(env: Mapping[str, str]) -> Lakehouse:
        house = Lakehouse(folder / f"d{len(made)}", env)
        # Executors start cold, without an archive of classes: 70–170 s on two busy cores.
        house.patience_s = 600.0
        made.append(house)
        return house

    yield make
    for house in made:
        house.end()
