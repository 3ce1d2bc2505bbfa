"""Asks one endpoint: retries, the circuit breaker, the rate limit, the service's dialect."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.contracts.llm import Completion, Message
from engine.llm.body import Dialect, make_body
from engine.llm.breaker import Breaker
from engine.llm.endpoint import USUAL_MODELS, Endpoint
from engine.llm.errors import (
    BadAnswer,
    Interrupted,
    ModelError,
    NoModel,
    RateLimited,
    RequestRefused,
    TooLong,
)
from engine.llm.limiter import Limiter
from engine.llm.shape import shaped
from engine.llm.wire import LOOK_S, OpenAiWire, Reply, Waiting, Wire
from engine.query.errors import Cancelled

CHARS_PER_TOKEN: Final = 4
"""English text; for counts where the service gives none."""

MOST_CHARS_PER_TOKEN: Final = 32
DIALECTS: Final = 6
"""Each refusal changes one thing; more of them than there are things is no dialect."""


@dataclass(frozen=True)
class Timing:
    """Clock, sleep and chance; tests bring their own."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random


@dataclass(frozen=True)
class _Question:
    """What ``complete`` was given."""

    messages: Sequence[Message]
    schema: dict[str, Any] | None
    max_tokens: int
    hear: Callable[[str], None] | None
    cancelled: Callable[[], bool]
    until: float


class ChatClient:
    """One endpoint; any thread may ask."""

    def __init__(
        self, endpoint: Endpoint, wire: Wire | None = None, timing: Timing = Timing()
    ) -> None:
        self.endpoint = endpoint
        self._wire = wire or OpenAiWire(endpoint, timing.clock)
        self._timing = timing
        self._dialect = Dialect()
        self._model = endpoint.model
        self.breaker = Breaker(timing.clock)
        self._limiter = Limiter(endpoint.requests_per_minute, timing.clock)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        hear: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Completion:
        """See ChatModel."""
        started = self._timing.clock()
        until = started + self.endpoint.patience.total_s
        question = _Question(messages, schema, max_tokens, hear, cancelled, until)
        reply = self._persist(question)
        text = reply.text if schema is None else shaped(_whole(reply, max_tokens), schema)
        if not text.strip():
            raise BadAnswer("The language model answered nothing.", "Ask again in other words.")
        return Completion(
            text=text,
            model=reply.model or self._model or "",
            prompt_tokens=_count(reply.prompt_tokens, reply.request),
            completion_tokens=_count(reply.completion_tokens, reply.text),
            elapsed_ms=round((self._timing.clock() - started) * 1000, 1),
            request=reply.request,
        )

    def model(self) -> str:
        """The name of the model that is asked; may ask the service for what it has."""
        if self._model is None:
            self.learn(self._wire.models())
        if self._model is None:
            raise NoModel(
                f"{self.endpoint.host} offers no model.", "Name one on the Settings page."
            )
        return self._model

    def learn(self, offers: Sequence[str]) -> None:
        """What the service has: where no model is named, its usual one is taken."""
        if self._model is None and offers:
            self._model = next((name for name in USUAL_MODELS if name in offers), offers[0])

    def known_model(self) -> str:
        """As ``model``, without asking; empty where it is not known yet."""
        return self._model or ""

    def _persist(self, question: _Question) -> Reply:
        """Attempts, until one is good, the error is final, or patience is at its end."""
        patience = self.endpoint.patience
        for attempt in range(1, patience.attempts + 1):
            try:
                return self._attempt(question)
            except ModelError as error:
                pause = self._pause(error, attempt)
                late = self._timing.clock() + pause >= question.until
                if not error.transient or attempt == patience.attempts or late:
                    raise
                if self.breaker.reason() is not None:
                    raise
                self._rest(pause, question.cancelled)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, error: ModelError, attempt: int) -> float:
        """What the service asks for, else twice as long each time, give or take a quarter."""
        if error.retry_after_s is not None:
            return error.retry_after_s
        patience = self.endpoint.patience
        doubled = min(patience.first_pause_s * 2.0 ** (attempt - 1), patience.longest_pause_s)
        return doubled * (0.75 + self._timing.draw() / 2)

    def _rest(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        end = self._timing.clock() + seconds
        while (left := end - self._timing.clock()) > 0:
            if cancelled():
                raise Cancelled("The question was cancelled.", "Ask again when you like.")
            self._timing.sleep(min(left, 4 * LOOK_S))

    def _attempt(self, question: _Question) -> Reply:
        """One attempt that the breaker hears of."""
        refusal = self.breaker.enter()
        if refusal is not None:
            raise refusal
        try:
            self._take_turn(question)
            reply = self._in_dialect(question)
        except ModelError as error:
            if error.blames_service:
                self.breaker.bad(error)
            elif isinstance(error, RequestRefused | BadAnswer):
                self.breaker.good()  # it is there, and has judged the request
            else:
                self.breaker.left()
            raise
        except BaseException:
            self.breaker.left()
            raise
        self.breaker.good()
        return reply

    def _take_turn(self, question: _Question) -> None:
        if self.endpoint.local:
            return
        wait = self._limiter.take()
        if self._timing.clock() + wait >= question.until:
            self._limiter.give_back()
            raise RateLimited(
                f"More than {self.endpoint.requests_per_minute} requests a minute were asked of "
                "the language model.",
                "Wait a minute, or raise the limit on the Settings page.",
                wait,
            )
        self._rest(wait, question.cancelled)

    def _in_dialect(self, question: _Question) -> Reply:
        """The request, put differently as long as the service refuses how it was put."""
        for _ in range(DIALECTS):
            dialect = self._dialect
            try:
                return self._send(question, dialect)
            except TooLong:
                raise
            except RequestRefused as refusal:
                other = dialect.after(refusal.message, shaped=question.schema is not None)
                if other is None:
                    raise
                self._dialect = other
        raise RequestRefused(
            f"{self.endpoint.host} refuses every form of the request.",
            "Choose another model or service on the Settings page.",
        )

    def _send(self, question: _Question, dialect: Dialect) -> Reply:
        body = make_body(
            self.model(), question.messages, question.schema, question.max_tokens, dialect
        )
        told = False

        def hear(piece: str) -> None:
            nonlocal told
            if question.hear is not None:
                told = True
                question.hear(piece)

        most = question.max_tokens * MOST_CHARS_PER_TOKEN
        waiting = Waiting(question.until, most, hear, question.cancelled)
        try:
            return self._wire.ask(body, waiting)
        except ModelError as error:
            if told and error.transient:
                raise Interrupted(error.message, "Ask again.") from error
            raise


def _whole(reply: Reply, max_tokens: int) -> str:
    if reply.finish == "length":
        raise BadAnswer(
            f"The language model's answer did not end within {max_tokens} tokens.",
            "Ask for less at once, or choose another model on the Settings page.",
        )
    return reply.text


def _count(told: int | None, text: str) -> int:
    return told if told is not None else -(-len(text) // CHARS_PER_TOKEN)
