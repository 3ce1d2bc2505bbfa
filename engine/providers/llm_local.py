"""A language model on this computer: a GGUF file behind a supervised server of ours."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.contracts.llm import ModelInfo
from engine.contracts.names import Service
from engine.errors import LakehouseError
from engine.llm.chat import ChatClient
from engine.llm.endpoint import BUNDLED_PATIENCE, LOCAL_PATIENCE, Endpoint, Patience
from engine.llm.fits import check_processor, context_for, this_computer
from engine.llm.gguf import ModelFile, read_model_file
from engine.llm.models import LARGE_PARAMETERS, LocalModel
from engine.llm.offers import list_models
from engine.llm.runtimes import find_runtime, threads
from engine.llm.server.config import ServerConfig
from engine.paths import DataPaths
from engine.platform import write_private
from engine.providers.base import Availability, Launch, ProviderBase, RunTool
from engine.providers.environment import child_env
from engine.providers.pipeline_local import CHECKOUT
from engine.providers.ports import HOST, free_ports
from engine.settings.tree import AssistantSettings

HEALTH_S: Final = 5.0


@dataclass(frozen=True)
class _Start:
    """What one start of the server was told, and who asks it."""

    config: ServerConfig
    file: ModelFile
    model: LocalModel


class LocalLlm(ProviderBase):
    """Ready when its port lists the model; the model itself is loaded by the first question."""

    name = "local"
    service = Service.LLM.value
    start_timeout_s = 30.0
    stop_grace_s = 5.0
    probe_interval_s: float | None = 15.0
    probe_patience: int | None = 4

    def __init__(
        self,
        paths: DataPaths,
        settings: AssistantSettings,
        bundled: Callable[[], Path],
        *,
        standby: bool = False,
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._bundled = bundled
        self._standby = standby
        self._start: _Start | None = None

    @property
    def port(self) -> int | None:
        """Of its last start."""
        return self._start.config.port if self._start else None

    @property
    def model(self) -> LocalModel | None:
        """For asking it; None before the first start."""
        return self._start.model if self._start else None

    @property
    def title(self) -> str:
        """Of its model, for sentences; empty before the first start."""
        return self._start.file.name if self._start else ""

    def secrets(self) -> tuple[str, ...]:
        """Its key."""
        return (self._start.config.api_key,) if self._start else ()

    def available(self) -> Availability:
        """A runtime, a file that is a language model, and a processor that can."""
        try:
            find_runtime()
            check_processor(this_computer())
            self.model_file()
        except LakehouseError as error:
            return Availability(usable=False, why=str(error))
        return Availability(usable=True)

    def model_file(self) -> ModelFile:
        """The file of the settings, else the one that came along. Raises LakehouseError."""
        chosen = self._settings.local_model
        return read_model_file(Path(chosen).expanduser() if chosen else self._bundled())

    async def prepare(self, _run: RunTool, /) -> None:
        """Choose a port and a key, and write the configuration, which holds both."""
        file = await asyncio.to_thread(self.model_file)
        settings = self._settings
        config = server_config(file, settings.local_context, settings.local_idle, self._standby)
        write_private(self._config_file, config.model_dump_json())
        patience = LOCAL_PATIENCE if settings.local_model else BUNDLED_PATIENCE
        self._start = _Start(config, file, client_of(config, file, patience))

    def command(self) -> Launch:
        """See Provider."""
        argv = (sys.executable, "-m", "engine.llm.server", str(self._config_file))
        return Launch(argv, child_env(), CHECKOUT, protocol=True)

    async def handshake(self) -> str:
        """Its list of models, with the key; what it is waiting for it has said itself."""
        await self.probe()
        return ""

    async def probe(self) -> None:
        """One list of models."""
        assert self._start is not None, "prepare() comes first"
        config = self._start.config
        await asyncio.to_thread(list_models, _url(config), config.api_key, HEALTH_S)

    @property
    def _config_file(self) -> Path:
        return self._paths.run / "llm.json"


def _url(config: ServerConfig) -> str:
    return f"http://{HOST}:{config.port}/v1"


def server_config(
    file: ModelFile, context_tokens: int, idle_s: float, quiet: bool = False
) -> ServerConfig:
    """With a free port and a new key. Raises ModelUnusable where nothing runs llama.cpp."""
    return ServerConfig(
        model=str(file.path),
        runtime=find_runtime(),
        port=free_ports(1)[0],
        api_key=secrets.token_hex(24),
        context_tokens=context_for(file, context_tokens),
        threads=threads(),
        idle_s=idle_s,
        quiet=quiet,
    )


def client_of(
    config: ServerConfig, file: ModelFile, patience: Patience = LOCAL_PATIENCE
) -> LocalModel:
    """Who asks the server."""
    endpoint = Endpoint(_url(config), config.api_key, file.name, local=True, patience=patience)
    info = ModelInfo(
        name=file.name,
        local=True,
        large=file.parameters >= LARGE_PARAMETERS,
        context_tokens=config.context_tokens,
    )
    return LocalModel(ChatClient(endpoint), info)
