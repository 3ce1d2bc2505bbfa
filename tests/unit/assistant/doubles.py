"""Stand-ins for what answers slowly: the query worker, a language model, the knowledge store."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.assistant.asking import Asking
from engine.assistant.meaning import Statement, compiled
from engine.assistant.reading.model import Reading
from engine.assistant.running import Rows, given_up
from engine.contracts.assistant import Answer, AnswerColumn
from engine.contracts.knowledge import Hit, KnowledgeItem, KnowledgeStatus
from engine.contracts.llm import Completion, Message, ModelInfo
from engine.contracts.semantic import SemanticLayer, SemanticQuery
from engine.errors import LakehouseError

NOW = dt.datetime(2026, 3, 4, 12, 0, tzinfo=dt.UTC)
LARGE = ModelInfo("large", local=False, large=True, context_tokens=32_000)
SMALL = ModelInfo("small", local=True, large=False, context_tokens=4_096)


def rows_of(*rows: tuple[Any, ...], **columns: str) -> Rows:
    """A result; columns by name with DuckDB's types."""
    return Rows(tuple(AnswerColumn(n, t) for n, t in columns.items()), rows, False)


def asking(question: str, *before: Answer, now: dt.datetime = NOW) -> Asking:
    """A question with the turns before it."""
    return Asking(question, "talk", before, now)


@dataclass
class FakeRunner:
    """Gives the same rows to every statement, or what ``act`` makes of it."""

    rows: Rows = field(default_factory=lambda: rows_of((7,), orders="BIGINT"))
    act: Callable[[str], Rows | None] = lambda _sql: None
    ran: list[str] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def run(self, sql: str) -> Rows:
        self.ran.append(sql)
        made = self.act(sql)
        if self.cancelled.is_set():
            raise given_up()
        return self.rows if made is None else made

    def explain(self, sql: str) -> None:
        self.explained.append(sql)
        self.act(sql)

    def warm(self) -> None:
        pass

    def begin(self) -> None:
        self.cancelled.clear()

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.closed = True


class ScriptedModel:
    """Says what it was given, one answer after the other; the last one again and again."""

    def __init__(self, *answers: str | dict[str, Any] | LakehouseError, info: ModelInfo = LARGE):
        self._answers = list(answers)
        self._info = info
        self.asked: list[tuple[Message, ...]] = []
        self.schemas: list[dict[str, Any] | None] = []
        self.here: list[bool] = []

    def info(self) -> ModelInfo | None:
        return self._info

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
        self.asked.append(tuple(messages))
        self.here.append(here)
        self.schemas.append(schema)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, LakehouseError):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        if hear is not None:
            hear(text)
        if cancelled():
            raise given_up()
        request = json.dumps([m.content for m in messages])
        return Completion(text, self._info.name, 100, 10, 5.0, request)

    @property
    def seen(self) -> str:
        """Everything that it was sent."""
        return "\n".join(message.content for said in self.asked for message in said)


@dataclass
class FakeMeaning:
    """The real compiler with a reader and a judge that say what they were told to."""

    layer: SemanticLayer
    reading: Reading = field(default_factory=lambda: Reading("clarify", 0.0))
    weight: float = 1.0

    def read(self, asking: Asking) -> Reading:
        return self.reading

    def alone(self, asking: Asking) -> SemanticQuery | None:
        return self.reading.query

    def weigh(self, asking: Asking, query: SemanticQuery) -> float:
        return self.weight

    def compile(self, query: SemanticQuery, now: dt.datetime) -> Statement:
        return compiled(query, self.layer, now)


@dataclass
class FakeKnowledge:
    """Finds what it was given, whatever is searched."""

    hits: tuple[Hit, ...] = ()
    kept: dict[str, KnowledgeItem] = field(default_factory=dict)
    failure: LakehouseError | None = None

    def search(self, text: str, kinds: Sequence[Any] = (), limit: int = 5) -> tuple[Hit, ...]:
        if self.failure is not None:
            raise self.failure
        return self.hits + tuple(Hit(item=item, score=0.9) for item in self.kept.values())

    def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        return tuple((1.0,) for _ in texts)

    def items(self, kind: Any = None) -> tuple[KnowledgeItem, ...]:
        return tuple(self.kept.values())

    def put(self, items: Sequence[KnowledgeItem]) -> None:
        self.kept |= {item.id: item for item in items}

    def delete(self, ids: Sequence[str]) -> None:
        for each in ids:
            self.kept.pop(each, None)

    def status(self) -> KnowledgeStatus:
        return KnowledgeStatus(
            provider="fake", collection="c", items=len(self.kept), pack="p", model="m"
        )
