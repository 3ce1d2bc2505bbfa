"""The model that answers now: the one elsewhere, the local one when that fails, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.contracts.llm import Completion, Message, ModelInfo
from engine.llm.chat import ChatClient
from engine.llm.errors import BadAnswer, Interrupted, ModelError, NoModel, TooLong

LARGE_PARAMETERS: Final = 2_900_000_000
"""From about three billion on, models write SQL that is worth checking; smaller ones do not."""

REMOTE_CONTEXT: Final = 32_000
"""What every model on offer takes; a service does not tell."""

_OWN_FAULT: Final = (BadAnswer, Interrupted, TooLong)
"""What another model would hardly do better, or must not begin anew."""


@dataclass(frozen=True)
class LocalModel:
    """The local server and what its file says."""

    client: ChatClient
    info: ModelInfo


class Models:
    """A ``ChatModel``. What is asked here may change between two questions: settings do."""

    def __init__(
        self,
        remote: Callable[[], ChatClient | None],
        local: Callable[[], LocalModel | None],
    ) -> None:
        self._remote = remote
        self._local = local
        self._lock = threading.Lock()
        self._fell_back: ModelError | None = None

    def info(self) -> ModelInfo | None:
        """See ChatModel; asks nobody."""
        remote, local = self._remote(), self._local()
        if remote is not None and (local is None or remote.breaker.reason() is None):
            name = remote.known_model() or remote.endpoint.host
            return ModelInfo(name, local=False, large=True, context_tokens=REMOTE_CONTEXT)
        if local is None or local.client.breaker.reason() is not None:
            return None
        return local.info

    def reason(self) -> str:
        """Why the model elsewhere does not answer, as sentences; empty where it does, or none is
        set up."""
        remote = self._remote()
        if remote is None:
            return ""
        error = remote.breaker.reason() or self._fell_back
        return "" if error is None else str(error)

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
        """See ChatModel. Where both fail, the local one's error."""
        remote, local = None if here else self._remote(), self._local()
        if remote is not None:
            try:
                answer = remote.complete(
                    messages,
                    schema=schema,
                    max_tokens=max_tokens,
                    hear=hear,
                    cancelled=cancelled,
                )
            except ModelError as error:
                if local is None or isinstance(error, _OWN_FAULT):
                    raise
                self._note(error)
            else:
                self._note(None)
                return answer
        if local is None:
            raise NoModel(
                "No language model is set up.",
                "Enter an API key or choose a local model on the Settings page.",
            )
        return local.client.complete(
            messages, schema=schema, max_tokens=max_tokens, hear=hear, cancelled=cancelled
        )

    def _note(self, error: ModelError | None) -> None:
        with self._lock:
            self._fell_back = error
