"""The Assistant page with an assistant and a store of knowledge in the test's hand."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from app.pages.assistant import AssistantPage
from app.pages.assistant.card import AnswerCard
from engine.contracts.assistant import (
    Answer,
    AnswerColumn,
    Conversation,
    Progress,
    Readiness,
    Usage,
)
from engine.contracts.chart import ChartSpec
from engine.contracts.knowledge import Hit, Kind, KnowledgeItem, KnowledgeStatus
from engine.contracts.semantic import Metric, MetricSource, SemanticLayer
from engine.knowledge.errors import KnowledgeUnavailable
from engine.lake import LakeReader, QueryFailed
from engine.query.errors import Cancelled
from engine.settings import Settings

NOON = dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC)
RANKED = Answer(
    question="top",
    answer="US brings the most.",
    badge="verified",
    conversation="talk-1",
    id="turn-1",
    sql="SELECT country, gmv_usd FROM gold_segments",
    columns=(AnswerColumn("country", "VARCHAR"), AnswerColumn("gmv_usd", "DOUBLE")),
    rows=(("US", 70.5), ("DE", 30.0), ("FR", 2.0)),
    chart=ChartSpec(kind="bar", x="country", y=("gmv_usd",)),
    source="verified",
    notes=("Assumed: the last hour.",),
)
SERIES = Answer(
    question="trend",
    answer="Two minutes.",
    badge="generated",
    conversation="talk-1",
    id="turn-2",
    sql="SELECT window_start, orders FROM gold_kpis",
    columns=(AnswerColumn("window_start", "TIMESTAMPTZ"), AnswerColumn("orders", "BIGINT")),
    rows=((NOON, 3), (NOON + dt.timedelta(minutes=1), 1234)),
    chart=ChartSpec(kind="line", x="window_start", y=("orders",)),
    source="model",
    model="small-model",
    usage=Usage(1200, 34, '{"messages": ["exactly this"]}'),
    repairs=1,
)
UNCLEAR = Answer("weather", "Not one of them.", "clarify", "talk-1", suggestions=("top", "trend"))
REFUSED = Answer("drop it", "Nothing is changed from here.", "refused", "talk-1")


class Scripted:
    """Answers what it was told to; waits at the gate while it is shut."""

    def __init__(self) -> None:
        self.answers = {"top": RANKED, "trend": SERIES, "drop it": REFUSED}
        self.asked: list[tuple[str, str | None]] = []
        self.rated: list[tuple[str, bool | None]] = []
        self.kept: dict[str, Conversation] = {}
        self.readiness = Readiness("Everything is there.", "", "small-model")
        self.refuses_thumbs = False
        self.steps: tuple[Progress, ...] = (Progress("looking"),)
        self.gate = threading.Event()
        self.gate.set()
        self.cancelled = threading.Event()
        self.shelf = threading.Event()
        """Kept turns are waited for while it is shut."""
        self.shelf.set()
        self.lost = False

    def keep(self, name: str, title: str, turns: int = 2, age_h: float = 1.0) -> Conversation:
        at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=age_h)
        self.kept[name] = Conversation(name, title, at, at, turns)
        return self.kept[name]

    def ready(self) -> Readiness:
        return self.readiness

    def samples(self) -> tuple[str, ...]:
        return ("top", "trend")

    def ask(
        self,
        question: str,
        conversation: str | None,
        hear: Callable[[Progress], None] | None = None,
    ) -> Answer:
        self.asked.append((question, conversation))
        for step in self.steps:
            if hear is not None:
                hear(step)
        self.gate.wait(60)
        if self.cancelled.is_set():
            self.cancelled.clear()
            raise Cancelled("The question was cancelled.", "Ask it again.")
        if question == "broken":
            raise QueryFailed("The lake is closed.", "Open it.")
        return replace(self.answers.get(question, UNCLEAR), question=question)

    def cancel(self) -> None:
        self.cancelled.set()
        self.gate.set()

    def rate(self, answer_id: str, liked: bool | None) -> None:
        if self.refuses_thumbs:
            raise KnowledgeUnavailable("The knowledge store is not up.", "See its log.")
        self.rated.append((answer_id, liked))

    def conversations(self, search: str = "") -> tuple[Conversation, ...]:
        return tuple(c for c in self.kept.values() if search in c.title)

    def turns(self, conversation: str) -> tuple[Answer, ...]:
        self.shelf.wait(60)
        if self.lost:
            raise QueryFailed("The conversation is gone.", "Begin a new one.")
        return (RANKED, SERIES)

    def delete(self, conversation: str) -> None:
        del self.kept[conversation]

    def export(self, conversation: str) -> str:
        return f"# {self.kept[conversation].title}\n"


class Store:
    """Knowledge in a dictionary; ``down`` is a store that is not up."""

    def __init__(self, *items: KnowledgeItem) -> None:
        self.kept = {item.id: item for item in items}
        self.down = False

    def _check(self) -> None:
        if self.down:
            raise KnowledgeUnavailable("The knowledge store is not up.", "See its log.")

    def search(self, text: str, kinds: Sequence[Kind] = (), limit: int = 5) -> tuple[Hit, ...]:
        self._check()
        found = [i for i in self.kept.values() if text in i.text and (not kinds or i.kind in kinds)]
        return tuple(Hit(item=item, score=0.9) for item in found[:limit])

    def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        raise NotImplementedError

    def items(self, kind: Kind | None = None) -> tuple[KnowledgeItem, ...]:
        self._check()
        found = [item for item in self.kept.values() if kind in (None, item.kind)]
        return tuple(sorted(found, key=lambda item: item.title))

    def put(self, items: Sequence[KnowledgeItem]) -> None:
        self._check()
        self.kept |= {item.id: item for item in items}

    def delete(self, ids: Sequence[str]) -> None:
        self._check()
        for one in ids:
            self.kept.pop(one, None)

    def status(self) -> KnowledgeStatus:
        self._check()
        return KnowledgeStatus(
            provider="embedded", collection="shop", items=len(self.kept), pack="1.0", model="m"
        )


@pytest.fixture(autouse=True)
def _swept(qapp) -> Iterator[None]:
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def assistant() -> Scripted:
    return Scripted()


@pytest.fixture
def store() -> Store:
    return Store(
        KnowledgeItem(
            id="p1",
            kind="question",
            title="Top countries",
            text="Top countries\nWho buys most",
            payload={"sql": "SELECT 1"},
        ),
        KnowledgeItem(id="p2", kind="metric", title="Conversion", text="Buyers of viewers"),
        KnowledgeItem(
            id="u1", kind="page", title="Opening hours", text="Nine to five", origin="user"
        ),
    )


@pytest.fixture
def page(context, assistant, store, qtbot) -> AssistantPage:
    context.desk.settings = Settings()
    metric = Metric(
        name="waiting", title="Waiting", unit="seconds", sources=(MetricSource(table="t", sql="1"),)
    )
    context.desk.pack = SimpleNamespace(semantic=SemanticLayer(metrics=(metric,)))
    context.desk.lake = LakeReader(context.desk.paths.root / "lake")
    built = AssistantPage(context, assistant=assistant, knowledge=store)
    qtbot.addWidget(built)
    built.shown()
    qtbot.waitUntil(lambda: built._sample_grid.count() == 2)
    return built


def cards(page: AssistantPage) -> list[AnswerCard]:
    return [turn for turn in page.talk.turns() if isinstance(turn, AnswerCard)]


@pytest.fixture
def ask(page, qtbot) -> Callable[[str], AnswerCard]:
    """Asks and waits for the card."""

    def asked(question: str) -> AnswerCard:
        before = len(cards(page))
        page.ask(question)
        qtbot.waitUntil(lambda: len(cards(page)) > before)
        return cards(page)[-1]

    return asked


def texts(page: Any, kind: type[Any]) -> list[str]:
    return [widget.text() for widget in page.findChildren(kind)]
