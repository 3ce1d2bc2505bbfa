"""The live tally: an independent count of the topic, by a process of ours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Service
from engine.contracts.pack import PackSpec
from engine.contracts.tally import TallyConfig
from engine.paths import DataPaths
from engine.platform import write_private
from engine.providers.base import Launch, ProviderBase, RunTool
from engine.providers.environment import child_env
from engine.providers.pipeline_local import CHECKOUT
from engine.settings import Settings

SMALL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
}
"""Tables come and go: Arrow's own pool and an arena a thread would keep what they held. Left alone,
glibc soon serves large blocks from the heap, too, between small ones that stay: 400 MB in an hour.
"""


class LiveTally(ProviderBase):
    """Ready when the topic answered."""

    name = "count"
    service = Service.TALLY.value
    start_timeout_s = 60.0
    stop_grace_s = 5.0
    restart_with_dependency = True
    """A pipeline that was started again may go by other time rules; both must judge by the same."""

    def __init__(
        self,
        paths: DataPaths,
        settings: Settings,
        pack: Callable[[], PackSpec],
        endpoint: Callable[[], KafkaEndpoint],
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._pack = pack
        self._endpoint = endpoint

    def secrets(self) -> tuple[str, ...]:
        """The broker's password."""
        password = self._endpoint().password
        return (password,) if password else ()

    def configure(self, settings: Settings, /) -> None:
        """All but the lake's folder, by which the pipeline was started."""
        storage = self._settings.storage
        self._settings = settings.model_copy(update={"storage": storage})

    async def prepare(self, _run: RunTool, /) -> None:
        """Write the configuration; it holds the broker's password."""
        write_private(self._config_file, self.config().model_dump_json())

    def config(self) -> TallyConfig:
        """What the process is told."""
        spark, tally = self._settings.spark, self._settings.tally
        return TallyConfig(
            kafka=self._endpoint(),
            pack=self._pack(),
            lake_path=self._settings.storage.delta_path or str(self._paths.lake),
            state_path=str(self._paths.scratch / "tally"),
            watermark_delay_s=spark.watermark_delay,
            late_grace_s=spark.late_grace,
            audit_every_s=tally.audit_every,
            max_rows=tally.max_rows,
        )

    def command(self) -> Launch:
        """See Provider."""
        argv = (sys.executable, "-m", "engine.tally", str(self._config_file))
        # It reads a backlog as fast as it may, and must not take from the stream what that needs.
        return Launch(argv, {**child_env(), **SMALL}, CHECKOUT, protocol=True, background=True)

    @property
    def _config_file(self) -> Path:
        return self._paths.run / "tally.json"
