"""The streaming pipeline: a Python process of ours with its driver JVM.

With the provider ``local`` Spark works inside that JVM; with ``cluster`` its executors belong to
the master that SPARK_MASTER names, and everything else is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.contracts.job import JvmConfig, PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Service
from engine.contracts.pack import PackSpec
from engine.contracts.places import is_bucket, is_cluster
from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.platform import write_private
from engine.providers.base import Availability, Launch, ProviderBase, RunTool
from engine.providers.environment import bucket_env, bucket_secrets, child_env
from engine.providers.jvm import ClassArchive, check_jars
from engine.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
"""``-m pipelines.main`` must find the package also where it is not installed."""


class LocalPipeline(ProviderBase):
    """Ready when it says so: after a warm-up batch went through all tables."""

    name = "local"
    service = Service.PIPELINE.value
    start_timeout_s = 180.0
    """7–15 s warm; the first start makes class archives, and a slow disk triples everything."""
    stop_grace_s = 20.0
    """It finishes the micro-batch in hand; killed instead, it would only repeat it."""

    def __init__(
        self,
        paths: DataPaths,
        settings: Settings,
        *,
        pack: Callable[[], PackSpec],
        endpoint: Callable[[], KafkaEndpoint],
        java: Callable[[], Path],
        jars: Callable[[], Sequence[Path]],
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._pack = pack
        self._endpoint = endpoint
        self._find_java = java
        self._find_jars = jars

    def secrets(self) -> tuple[str, ...]:
        """The broker's password, which Spark might log with its options, and a bucket's keys."""
        password = self._endpoint().password
        return (*((password,) if password else ()), *bucket_secrets())

    def available(self) -> Availability:
        """Java and the jars are there, and the master is a local one."""
        if is_cluster(self._settings.spark.master):
            return Availability(usable=False, why="SPARK_MASTER names a cluster.")
        return self._has_programs()

    def _has_programs(self) -> Availability:
        try:
            self._find_java()
            check_jars(self._find_jars())
        except LakehouseError as err:
            return Availability(usable=False, why=str(err))
        return Availability(usable=True)

    def configure(self, settings: Settings, /) -> None:
        """All but master and folders: by these the provider and its readers were chosen."""
        old = self._settings
        spark = settings.spark.model_copy(update={"master": old.spark.master})
        self._settings = settings.model_copy(update={"storage": old.storage, "spark": spark})

    def _archive(self) -> ClassArchive:
        jars = tuple(self._find_jars())
        return ClassArchive(self._paths.scratch / "driver-classes", self._find_java(), jars)

    async def prepare(self, run: RunTool, /) -> None:
        """Write the configuration; it holds the broker's password."""
        await self._archive().prepare(run)
        write_private(self._config_file, self.config().model_dump_json())

    def config(self) -> PipelineConfig:
        """What the process is told."""
        paths, storage, spark = self._paths, self._settings.storage, self._settings.spark
        jvm = JvmConfig(
            java=str(self._find_java()),
            jars=tuple(str(jar) for jar in self._find_jars()),
            heap_mb=spark.driver_heap_mb,
            archive_flags=self._archive().flags(),
        )
        return PipelineConfig(
            kafka=self._endpoint(),
            pack=self._pack(),
            jvm=jvm,
            lake_path=storage.delta_path or str(paths.lake),
            checkpoint_path=storage.checkpoint_path or str(paths.checkpoints),
            scratch_path=str(paths.scratch),
            pid_dir=str(paths.run),
            master=spark.master,
            spark_properties=spark.properties_file,
            trigger_interval_s=spark.trigger_interval,
            watermark_delay_s=spark.watermark_delay,
            late_grace_s=spark.late_grace,
            max_offsets_per_batch=spark.max_batch,
            log_level=self._settings.log_level,
        )

    def command(self) -> Launch:
        """See Provider."""
        argv = (sys.executable, "-m", "pipelines.main", str(self._config_file))
        lake = self._settings.storage.delta_path or ""
        env = {**child_env(), **(bucket_env() if is_bucket(lake) else {})}
        return Launch(argv, env, CHECKOUT, protocol=True, records=("driver",))

    @property
    def _config_file(self) -> Path:
        return self._paths.run / "pipeline.json"


class ClusterPipeline(LocalPipeline):
    """Ready when a warm-up batch went through the executors and was read back here."""

    name = "cluster"
    start_timeout_s = 360.0
    """Executors may have to be started on machines that have to be started first."""

    def available(self) -> Availability:
        """Java, jars, and a cluster is wanted; whether it answers is asked at each start."""
        if not is_cluster(self._settings.spark.master):
            return Availability(usable=False, why="SPARK_MASTER names no cluster.")
        return self._has_programs()
