"""A language model elsewhere, over OpenAI's HTTP interface, with the local one standing by."""

from __future__ import annotations

import asyncio
from typing import Final

from engine.contracts.names import Service
from engine.llm.chat import ChatClient
from engine.llm.endpoint import OPENAI, Endpoint, Patience
from engine.llm.offers import ModelServiceSilent, list_models
from engine.providers.base import Availability, Launch, ProviderBase, RunTool
from engine.providers.llm_local import LocalLlm
from engine.settings.tree import AssistantSettings

WITHOUT_A_LIST: Final = (404, 405, 501)
"""How services answer that have models but no list of them."""


class RemoteLlm(ProviderBase):
    """READY once the service takes the key. While it does not, the standby answers, DEGRADED."""

    name = "remote"
    service = Service.LLM.value
    start_timeout_s = 30.0
    stop_grace_s = 5.0
    probe_interval_s: float | None = 30.0
    """A list of models costs nothing, but is asked of somebody else's computer."""
    probe_patience: int | None = None
    """There is nothing to restart: it stays DEGRADED until it answers again."""
    gives_up = False

    def __init__(self, settings: AssistantSettings, standby: LocalLlm | None) -> None:
        self._settings = settings
        self.standby = standby if standby is not None and standby.available().usable else None
        self.client: ChatClient | None = None

    @property
    def port(self) -> int | None:
        """The standby's."""
        return self.standby.port if self.standby else None

    def secrets(self) -> tuple[str, ...]:
        """The API key, and the standby's."""
        key = self._settings.openai_api_key
        own = (key.get_secret_value(),) if key else ()
        return (*own, *(self.standby.secrets() if self.standby else ()))

    def available(self) -> Availability:
        """A key or an address is set, and the address is one."""
        url = self._settings.openai_base_url
        if not self._settings.openai_api_key and not url:
            why = "Neither OPENAI_API_KEY nor OPENAI_BASE_URL is set."
            return Availability(usable=False, why=why)
        if url and not url.startswith(("http://", "https://")):
            why = f"The address {url} does not begin with http:// or https://."
            return Availability(usable=False, why=why)
        return Availability(usable=True)

    async def prepare(self, run: RunTool, /) -> None:
        """A new client, whose circuit breaker is closed; and the standby."""
        self.client = ChatClient(endpoint_of(self._settings))
        if self.standby:
            await self.standby.prepare(run)

    def command(self) -> Launch | None:
        """The standby's process, if there is one."""
        return self.standby.command() if self.standby else None

    async def handshake(self) -> str:
        """The service's list of models. Without a standby it has to come."""
        if self.standby is None:
            return await self._answer()
        await self.standby.handshake()
        try:
            return await self._answer()
        except ModelServiceSilent as error:
            return f"{error} {self.standby.title} on this computer answers instead."

    async def probe(self) -> None:
        """Both."""
        if self.standby:
            await self.standby.probe()
        await self._answer()

    async def _answer(self) -> str:
        assert self.client is not None, "prepare() comes first"
        endpoint = self.client.endpoint
        try:
            found = await asyncio.to_thread(list_models, endpoint.base_url, endpoint.api_key)
            self.client.learn(found.names)
        except ModelServiceSilent as error:
            if error.status not in WITHOUT_A_LIST:
                raise
        return f"{self.client.known_model() or 'Its usual model'} at {endpoint.host}."


def endpoint_of(settings: AssistantSettings) -> Endpoint:
    """Where the settings say to ask."""
    key = settings.openai_api_key
    return Endpoint(
        base_url=(settings.openai_base_url or OPENAI).rstrip("/"),
        api_key=key.get_secret_value() if key else None,
        model=settings.model_name,
        patience=Patience(
            silence_s=min(Patience().silence_s, settings.timeout), total_s=settings.timeout
        ),
        requests_per_minute=settings.requests_per_minute,
    )
