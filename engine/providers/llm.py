"""The service ``llm``: which of its providers it is, is decided anew at each of its starts.

So an API key that is entered, or a model file that is chosen, counts after a restart of this
service alone, which takes a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from engine.contracts.names import Service
from engine.errors import NoProvider
from engine.llm.chat import ChatClient
from engine.llm.models import LocalModel, Models
from engine.paths import DataPaths
from engine.providers.base import Launch, Provider, ProviderBase, RunTool
from engine.providers.choose import choose
from engine.providers.llm_local import LocalLlm
from engine.providers.llm_none import NoLlm
from engine.providers.llm_remote import RemoteLlm
from engine.provision.models import smollm
from engine.settings import Settings
from engine.settings.tree import AssistantSettings


class LanguageModel(ProviderBase):
    """Is the provider it has chosen; ``models`` is who to ask, whichever that is."""

    service = Service.LLM.value
    start_timeout_s = 30.0
    stop_grace_s = 5.0
    gives_up = False

    def __init__(
        self, paths: DataPaths, settings: Settings, bundled: Callable[[], Path] = smollm
    ) -> None:
        self._paths = paths
        self._settings = settings.assistant
        self._bundled = bundled
        self.models = Models(self._remote, self._local)
        self._refusal: NoProvider | None = None
        self._chosen: Provider = NoLlm()
        self._choose()

    @property
    def port(self) -> int | None:
        """See Provider."""
        return self._chosen.port

    @property
    def chosen(self) -> Provider:
        """The one in use."""
        return self._chosen

    @property
    def refusal(self) -> NoProvider | None:
        """Why the pinned one cannot be used; None where it can, or none is pinned."""
        return self._refusal

    def secrets(self) -> tuple[str, ...]:
        """See Provider."""
        return self._chosen.secrets()

    def configure(self, settings: Settings, /) -> None:
        """All of the assistant's settings, from the next start on."""
        self._settings = settings.assistant

    async def prepare(self, run: RunTool, /) -> None:
        """Chooses; NoProvider where the settings pin one that cannot be used."""
        await asyncio.to_thread(self._choose)  # reads the header of a file
        if self._refusal is not None:
            raise self._refusal
        await self._chosen.prepare(run)

    def command(self) -> Launch | None:
        """See Provider."""
        return self._chosen.command()

    async def handshake(self) -> str:
        """See Provider."""
        return await self._chosen.handshake()

    async def probe(self) -> None:
        """See Provider."""
        await self._chosen.probe()

    def _choose(self) -> None:
        settings = self._settings
        try:
            choice = choose(self._options(settings), settings.provider)
        except NoProvider as refusal:
            self._refusal, self._chosen = refusal, NoLlm()
            self.name, self.why = settings.provider or "", refusal.message
            return
        self._refusal, self._chosen = None, choice.provider
        self.name, self.why = choice.provider.name, choice.why
        self.probe_interval_s = choice.provider.probe_interval_s
        self.probe_patience = choice.provider.probe_patience

    def _options(self, settings: AssistantSettings) -> tuple[Provider, ...]:
        local = LocalLlm(self._paths, settings, self._bundled)
        standby = LocalLlm(self._paths, settings, self._bundled, standby=True)
        # Who pins the service wants no other model to answer in its place.
        remote = RemoteLlm(settings, None if settings.provider else standby)
        return remote, local, NoLlm()

    def _remote(self) -> ChatClient | None:
        return self._chosen.client if isinstance(self._chosen, RemoteLlm) else None

    def _local(self) -> LocalModel | None:
        chosen = self._chosen
        if isinstance(chosen, RemoteLlm):
            return chosen.standby.model if chosen.standby else None
        return chosen.model if isinstance(chosen, LocalLlm) else None
