"""A small lake, its topic, and an auditor that began after the first minute."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.contracts.tally import AuditReport, TallyConfig
from engine.domain import load_pack
from engine.tally.arrival import TimeRules
from engine.tally.audit import Auditor
from engine.tally.chunk import make_chunk
from engine.tally.measures import Measures
from engine.tally.saved import Saved
from engine.topic.read import Reader
from pipelines.tables import Lake, ensure_tables
from tests.oracle import KafkaRecord
from tests.unit.pipelines.lakes import NOON_MS
from tests.unit.tally.small_pipe import FakeFeed, SmallPipe, shop

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"
RULES = TimeRules(600_000_000, 900_000_000)
A_MINUTE = 60


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, pack: PackSpec) -> Path:
    root = tmp_path_factory.mktemp("made") / "lake"
    ensure_tables(Lake(root), pack)
    return root


@pytest.fixture(scope="session")
def measures(pack: PackSpec) -> Iterator[Measures]:
    made = Measures(pack)
    yield made
    made.close()


@dataclass
class Scene:
    """What the tests play with."""

    pipe: SmallPipe
    feed: FakeFeed
    auditor: Auditor
    again: Callable[[FakeFeed], Auditor]
    records: list[KafkaRecord]
    done: int = 0

    def batch(self, share: float = 0.15, **gold: bool) -> None:
        """The next records, counted and written; ``gold`` is for ``SmallPipe.run``."""
        end = min(len(self.records), self.done + int(len(self.records) * share))
        self.counted(self.records[self.done : end])
        self.pipe.run(self.records[self.done : end], **gold)
        self.done = end

    def counted(self, records: list[KafkaRecord]) -> None:
        """Sent and, where the audit has begun, read."""
        self.feed.records += records
        self.read()

    def read(self) -> None:
        counted = self.auditor.counted
        taken = self.feed.read() if counted is not None else []
        if counted is not None and taken:
            counted.take(make_chunk(taken, counted.measures))

    def look(self) -> AuditReport:
        """Looks twice: after a begin, what came meanwhile is read first."""
        self.auditor.look()
        self.read()
        return self.auditor.look()


@pytest.fixture
def scene(tmp_path: Path, made_once: Path, pack: PackSpec, measures: Measures) -> Iterator[Scene]:
    lake = Lake(Path(shutil.copytree(made_once, tmp_path / "lake")))
    pipe = SmallPipe(lake, pack)
    config = TallyConfig(
        kafka=KafkaEndpoint(bootstrap_servers="127.0.0.1:1", topic=pack.topic),
        pack=pack,
        lake_path=str(lake.root),
        state_path=str(tmp_path / "state"),
    )

    def auditor(feed: FakeFeed) -> Auditor:
        saved = Saved(tmp_path / "state", config)
        return Auditor(lake.root, measures, RULES, 1_000_000, feed, saved, lambda: NOON_MS / 1000)  # type: ignore[arg-type]

    feed = FakeFeed(Reader(pack, measures.wanted))
    it = Scene(pipe, feed, auditor(feed), auditor, shop(6, A_MINUTE))
    it.batch()
    it.look()
    yield it
    pipe.close()
