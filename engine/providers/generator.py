"""The demo events of the domain pack, from a process of ours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from engine.contracts.job import GeneratorConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Service
from engine.contracts.pack import PackSpec
from engine.paths import DataPaths
from engine.platform import write_private
from engine.providers.base import Launch, ProviderBase, RunTool
from engine.providers.environment import child_env
from engine.providers.pipeline_local import CHECKOUT
from engine.settings import GeneratorSettings, Settings


class DemoGenerator(ProviderBase):
    """Ready when it says so: after its first acknowledged event."""

    name = "demo"
    service = Service.GENERATOR.value
    start_timeout_s = 30.0
    stop_grace_s = 5.0

    def __init__(
        self,
        paths: DataPaths,
        settings: GeneratorSettings,
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
        """Rate, countries, currencies."""
        self._settings = settings.generator

    async def prepare(self, _run: RunTool, /) -> None:
        """Write the configuration; it holds the broker's password."""
        write_private(self._config_file, self.config().model_dump_json())

    def config(self) -> GeneratorConfig:
        """What the process is told."""
        return GeneratorConfig(
            kafka=self._endpoint(),
            pack=self._pack(),
            rate=self._settings.rate,
            countries=self._settings.countries,
            currencies=self._settings.currencies,
        )

    def command(self) -> Launch:
        """See Provider."""
        argv = (sys.executable, "-m", "engine.generator", str(self._config_file))
        return Launch(argv, child_env(), CHECKOUT, protocol=True)

    @property
    def _config_file(self) -> Path:
        return self._paths.run / "generator.json"
