"""Apache Kafka in KRaft mode on the bundled Java: the broker that is always there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.platform import write_private
from engine.providers import ports
from engine.providers.base import Availability, Launch, RunTool
from engine.providers.broker_own import OwnBroker
from engine.providers.credentials import load_or_create
from engine.providers.environment import child_env
from engine.providers.jvm import SMALL_JVM, ClassArchive, check_jars, class_path
from engine.providers.kafka_client import TopicPlan
from engine.providers.kafka_config import LOG4J2, KafkaPorts, server_properties
from engine.providers.kafka_storage import KafkaStorage, fresh_folder
from engine.settings import Settings


class KafkaBroker(OwnBroker):
    """Kafka with a controller of its own, both in one small JVM."""

    name = "kafka"
    stop_grace_s = 8.0
    """A clean end takes 0.5 s, the one that writes the class archive 2 s."""

    def __init__(
        self,
        paths: DataPaths,
        topic: TopicPlan,
        java: Callable[[], Path],
        jars: Callable[[], Sequence[Path]],
        heap_mb: int = 256,
    ) -> None:
        super().__init__(topic)
        self._paths = paths
        self._find_java = java
        self._find_jars = jars
        self._heap_mb = heap_mb
        self._ports: KafkaPorts | None = None
        self._launch: Launch | None = None
        self._unproved = False

    def _chosen_ports(self) -> KafkaPorts | None:
        return self._ports

    def available(self) -> Availability:
        """Java and the jars are there."""
        try:
            self._find_java()
            check_jars(self._find_jars())
        except LakehouseError as err:
            return Availability(usable=False, why=str(err))
        return Availability(usable=True)

    def configure(self, settings: Settings, /) -> None:
        """Its memory; what else the settings say of it is decided when the program starts."""
        self._heap_mb = settings.kafka.heap_mb

    async def prepare(self, run: RunTool, /) -> None:
        """Identity, ports, storage, configuration."""
        java, jars = self._find_java(), check_jars(self._find_jars())
        identity = load_or_create(self._paths.broker / "identity.json")
        self._identity = identity
        self._ports = _keep_or_choose(self._ports)
        archive = await self._archive(java, jars, run)
        folder = self._paths.broker / "kafka"
        storage = KafkaStorage(folder, identity, java, class_path(jars))
        if not storage.check():
            chosen = self._ports
            await storage.format(
                run, lambda place: server_properties(identity, chosen, place), self._paths.run
            )
        config = self._paths.run / "kafka.properties"
        write_private(config, server_properties(identity, self._ports, folder.name))
        self._launch = self._make_launch(java, jars, archive.flags(), config)

    async def _archive(self, java: Path, jars: tuple[Path, ...], run: RunTool) -> ClassArchive:
        archive = ClassArchive(self._paths.scratch / "kafka-classes", java, jars)
        if self._unproved:
            archive.discard()
        self._unproved = True
        await archive.prepare(run)
        return archive

    def _make_launch(
        self, java: Path, jars: tuple[Path, ...], archive: tuple[str, ...], config: Path
    ) -> Launch:
        logging = self._paths.run / "kafka-log4j2.properties"
        write_private(logging, LOG4J2)
        temporary = fresh_folder(self._paths.scratch / "kafka-tmp")
        argv = (
            *(str(java), f"-Xmx{self._heap_mb}m", *SMALL_JVM, *archive),
            f"-Djava.io.tmpdir={temporary}",
            f"-Dlog4j2.configurationFile={logging.as_uri()}",
            *("-cp", class_path(jars), "kafka.Kafka", str(config)),
        )
        return Launch(argv, child_env(), self._paths.broker, protocol=False)

    def command(self) -> Launch:
        """See Provider."""
        assert self._launch is not None, "asked for the command before prepare"
        return self._launch

    async def handshake(self) -> str:
        """Authenticated metadata, and the topic."""
        detail = await super().handshake()
        self._unproved = False
        return detail


def _keep_or_choose(kept: KafkaPorts | None) -> KafkaPorts:
    if kept is not None and ports.is_free(kept.client) and ports.is_free(kept.controller):
        return kept
    client, controller = ports.free_ports(2)
    return KafkaPorts(client, controller)
