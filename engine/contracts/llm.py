"""What is asked of a language model, and what it answers; the same for remote and local ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Message:
    """One turn of the prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class ModelInfo:
    """The model in use. ``large`` models may write SQL; small ones only choose in the layer."""

    name: str
    local: bool
    large: bool
    context_tokens: int


@dataclass(frozen=True)
class Completion:
    """An answer with what it cost; ``request`` is the exact JSON that was sent."""

    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    elapsed_ms: float
    request: str


class ChatModel(Protocol):
    """A model that can be asked. Every method may block.

    ``complete`` raises ``engine.llm.errors.ModelError`` (a LakehouseError): not reachable, too
    slow, rate limited, an answer that is none.
    """

    def info(self) -> ModelInfo | None:
        """Which model would answer now; None where none would."""
        ...

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        hear: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        here: bool = False,
    ) -> Completion:
        """One answer at temperature 0. With ``schema`` the text is JSON of that shape; ``hear``
        gets the text in pieces as it comes. ``here`` keeps the prompt on this computer: one that
        was made for a local model must not go elsewhere because that is reachable again."""
        ...
