"""The composition root: settings and a data folder become a supervisor with its services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.knowledge import Knowledge
from engine.contracts.names import Service
from engine.contracts.pack import PackSpec
from engine.domain.find import FoundPack, find_pack
from engine.errors import DataFolderError, ProviderError
from engine.host.folders import bucket, lake_path, lake_reader
from engine.knowledge.desk import KnowledgeClient
from engine.lake import LakeReader
from engine.llm.models import Models
from engine.paths import DataPaths, check_name, resources_dir
from engine.providers.base import Provider
from engine.providers.broker_external import ExternalBroker
from engine.providers.broker_kafka import KafkaBroker
from engine.providers.broker_redpanda import USUAL_HOMES, RedpandaBroker
from engine.providers.choose import Choice, choose
from engine.providers.generator import DemoGenerator
from engine.providers.kafka_client import TopicPlan
from engine.providers.llm import LanguageModel
from engine.providers.pipeline_local import ClusterPipeline, LocalPipeline
from engine.providers.tally import LiveTally
from engine.providers.vectors import vectors_providers
from engine.provision.jars import broker_jars, s3_jars, spark_jars
from engine.provision.java import find_java
from engine.settings import Settings, load_settings
from engine.settings.secrets import secret_store
from engine.supervisor.disk import DiskGuard, DiskPlan, Thresholds
from engine.supervisor.fleet import ServiceSpec
from engine.supervisor.machine import Policy
from engine.supervisor.supervisor import Supervisor


@dataclass(frozen=True)
class Instance:
    """Everything that belongs to one running lakehouse."""

    paths: DataPaths
    settings: Settings
    pack: FoundPack
    supervisor: Supervisor
    endpoint: Callable[[], KafkaEndpoint]
    lake: LakeReader
    providers: tuple[Provider, ...]
    knowledge: Knowledge
    """Answers while the service vectors is up; before and after that it raises."""
    models: Models
    """The language model that answers now, whichever that is."""

    def configure(self, settings: Settings) -> None:
        """New settings; each service goes by them from its next start on."""
        for provider in self.providers:
            provider.configure(settings)

    def switch_demo(self, settings: Settings) -> None:
        """Starts or stops the demo events as the settings say, unless they were left out."""
        services = {service.name: service for service in self.supervisor.snapshot()}
        if Service.GENERATOR.value in services:
            broker = services[Service.BROKER.value].provider
            self.supervisor.switch(Service.GENERATOR.value, demo_off(settings, broker))


def java_executable() -> Path:
    """The Java that runs Spark and the broker."""
    return find_java().java


def compose(paths: DataPaths, env: Mapping[str, str], demo: bool = True) -> Instance:
    """Reads the settings and the pack, and chooses a provider for each service.

    ``demo`` says whether there is a service for demo events at all; whether it is started, the
    settings say. Starts nothing. Raises SettingsError, PackError or NoProvider.
    """
    settings = load_settings(env, paths.root, secret_store(paths))
    pack = find_pack(settings.domain, paths.root, resources_dir())
    spec = pack.spec
    if settings.kafka.topic:
        spec = spec.model_copy(update={"topic": settings.kafka.topic})
    broker, endpoint = _broker(paths, settings, spec)
    specs = [
        ServiceSpec(Service.BROKER.value, broker),
        ServiceSpec(
            Service.PIPELINE.value, _pipeline(paths, settings, spec, endpoint), ("broker",)
        ),
    ]
    stores = vectors_providers(paths, settings, lambda: spec)
    vectors = choose(stores, settings.assistant.vector_store)
    specs.append(ServiceSpec(Service.VECTORS.value, vectors))
    if demo:
        generator = DemoGenerator(paths, settings.generator, lambda: spec, endpoint)
        off = demo_off(settings, broker.provider.name)
        specs.append(ServiceSpec(Service.GENERATOR.value, choose([generator]), ("broker",), off))
    # In a bucket the tally would have to fetch every file once more to hold it against its count.
    if settings.tally.enabled and bucket(settings) is None:
        tally = LiveTally(paths, settings, lambda: spec, endpoint)
        needed = (Service.BROKER.value, Service.PIPELINE.value)
        specs.append(ServiceSpec(Service.TALLY.value, choose([tally]), needed))
    llm = LanguageModel(paths, settings)
    specs.append(ServiceSpec(Service.LLM.value, Choice(llm)))
    patience = settings.supervisor
    policy = Policy(max_failures=patience.max_failures, window_s=patience.failure_window)
    supervisor = Supervisor(specs, paths, policy=policy, disk=_disk(paths, settings))
    lake = lake_reader(paths, settings)
    providers = tuple(each.choice.provider for each in specs)
    knowledge = KnowledgeClient(paths)
    return Instance(
        paths, settings, pack, supervisor, endpoint, lake, providers, knowledge, llm.models
    )


def demo_off(settings: Settings, broker: str) -> str:
    """Why demo events are not made with that provider of the broker; empty where they are."""
    wanted = settings.generator.enabled
    if wanted == "off":
        return "Off: Settings, Demo data, turns them on."
    if wanted is None and broker == "external":
        return (
            "Off: they would go into the topic of your own Kafka. Settings, Demo data, turns them "
            "on."
        )
    return ""


def _broker(
    paths: DataPaths, settings: Settings, spec: PackSpec
) -> tuple[Choice, Callable[[], KafkaEndpoint]]:
    kafka = settings.kafka
    own = TopicPlan(spec.topic, spec.partitions)
    homes = (Path(kafka.redpanda_home), *USUAL_HOMES) if kafka.redpanda_home else USUAL_HOMES
    external = ExternalBroker(kafka, TopicPlan(spec.topic, spec.partitions, replication=-1))
    redpanda = RedpandaBroker(paths, own, homes)
    embedded = KafkaBroker(paths, own, java_executable, broker_jars, kafka.heap_mb)
    choice = choose([external, redpanda, embedded], kafka.provider)
    chosen = {p.name: p.endpoint for p in (external, redpanda, embedded)}
    return choice, chosen[choice.provider.name]


def _pipeline(
    paths: DataPaths,
    settings: Settings,
    spec: PackSpec,
    endpoint: Callable[[], KafkaEndpoint],
) -> Choice:
    local, cluster = (
        kind(
            paths,
            settings,
            pack=lambda: spec,
            endpoint=endpoint,
            java=java_executable,
            jars=lambda: _spark_jars(settings),
        )
        for kind in (LocalPipeline, ClusterPipeline)
    )
    return choose([local, cluster])


def _spark_jars(settings: Settings) -> tuple[Path, ...]:
    """For a lake in a bucket with what Spark needs for it."""
    if not bucket(settings):
        return spark_jars()
    extra = s3_jars()
    if not extra and not settings.spark.properties_file:
        # A properties file may name jars of its own.
        raise ProviderError(
            f"The lake is in a bucket ({settings.storage.delta_path}), and the jars for that are "
            "not here.",
            "Run `rt-lakehouse setup --s3`: it fetches 14 MB.",
        )
    return (*spark_jars(), *extra)


def _disk(paths: DataPaths, settings: Settings) -> DiskPlan:
    disk = settings.disk
    limits = Thresholds(disk.warn_below, disk.pause_below, disk.stop_below)
    # A lake elsewhere is made here, since its disk cannot be looked at before it is there.
    lake = lake_path(paths, settings)
    check_name(lake)
    try:
        lake.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(
            f"The lake folder {lake} cannot be used: {error.strerror or error}.",
            "Make it a folder you own and can write to, or set DELTA_PATH to another one.",
        ) from error
    return DiskPlan(DiskGuard((paths.root, lake), limits, disk.check_interval))
