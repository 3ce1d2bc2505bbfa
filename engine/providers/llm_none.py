"""No language model: verified questions and the reader of questions work all the same."""

from __future__ import annotations

from engine.contracts.names import Service
from engine.providers.base import Launch, ProviderBase


class NoLlm(ProviderBase):
    """Always there, always READY."""

    name = "none"
    service = Service.LLM.value

    def command(self) -> Launch | None:
        """None: there is nothing to run."""
        return None

    async def handshake(self) -> str:
        """Says what is missing."""
        return "Questions are answered without a language model."
