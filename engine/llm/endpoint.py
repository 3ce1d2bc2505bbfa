"""Where a model is asked, and how patiently."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

OPENAI: Final = "https://api.openai.com/v1"

USUAL_MODELS: Final = ("gpt-4.1-mini", "gpt-4o-mini")
"""Where no model is named and the service has one of these: good at SQL, and cheap."""


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try; seconds.

    ``silence_s`` is the longest pause between two pieces, ``total_s`` covers every attempt. The
    first pause doubles with each attempt up to ``longest_pause_s``.
    """

    connect_s: float = 5.0
    silence_s: float = 30.0
    total_s: float = 60.0
    attempts: int = 3
    first_pause_s: float = 0.5
    longest_pause_s: float = 8.0


LOCAL_PATIENCE: Final = Patience(connect_s=2.0, silence_s=150.0, total_s=240.0)
"""A large file takes a minute to load, and a long prompt on two busy cores as long to read."""

BUNDLED_PATIENCE: Final = Patience(connect_s=2.0, silence_s=3.0, total_s=3.0, attempts=1)
"""Of a model that nobody chose: it must not make anybody wait, and answers without it come at once.

Measured: SmolLM2-135M as it comes takes 20–90 s for 200 tokens of JSON while eight other programs
want two cores, and what it writes then is of no use. What it reads meanwhile it keeps, so that the
next question is answered faster; after three that were too slow the breaker leaves it alone.
"""


def is_loopback(url: str) -> bool:
    """Whether it is an address of this computer."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


@dataclass(frozen=True)
class Endpoint:
    """One OpenAI-compatible service; ``model`` None takes the service's usual one."""

    base_url: str
    api_key: str | None = field(repr=False)
    model: str | None
    local: bool = False
    patience: Patience = Patience()
    requests_per_minute: int = 60

    @property
    def host(self) -> str:
        """For sentences: host and port, without a user or a password in the address."""
        parts = urlsplit(self.base_url)
        return parts.netloc.rpartition("@")[2] or self.base_url
