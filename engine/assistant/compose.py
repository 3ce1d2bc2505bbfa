"""Puts an assistant together: the one place that the window, the command and the tests call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.assistant.asking import Way
from engine.assistant.assistant import LakeAssistant
from engine.assistant.errors import TalksError
from engine.assistant.looking import Looking, Searched
from engine.assistant.meaning import LayerMeaning
from engine.assistant.nearness import Nearness
from engine.assistant.proposing.values import Values
from engine.assistant.ratings import Ratings, liked_pairs
from engine.assistant.readiness import Prospects
from engine.assistant.running import MOST_ROWS, WorkerRunner
from engine.assistant.talks.store import Talks
from engine.assistant.ways.ask_back import AskBack
from engine.assistant.ways.known import Known
from engine.assistant.ways.propose import Propose, Sources
from engine.assistant.ways.query import Queries
from engine.assistant.ways.read import Read
from engine.assistant.ways.redraw import Redraw
from engine.contracts.knowledge import Knowledge, KnowledgeItem
from engine.contracts.llm import ChatModel
from engine.contracts.pack import PackSpec
from engine.contracts.query import Limits
from engine.query.pool import POOL, WorkerPool
from engine.query.session import QuerySession
from engine.query.sources import Lake, table_columns
from engine.settings import QuerySettings


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open_assistant(
    pack: PackSpec,
    lake: Lake,
    folder: Path | None = None,
    *,
    query: QuerySettings | None = None,
    knowledge: Knowledge | None = None,
    model: ChatModel | None = None,
    share_values: bool = False,
    late: Searched | None = None,
    now: Callable[[], dt.datetime] = _now,
    session: QuerySession | None = None,
) -> LakeAssistant:
    """An assistant over this lake; starts nothing until it is asked. ``close`` it.

    ``folder`` is the data folder, where conversations are kept; None keeps them in memory.
    ``knowledge`` and ``model`` may be None, or fail: verified questions and the reader go on.
    ``late`` is knowledge that takes seconds to open: asked only where neither verified questions
    nor the rules had an answer.
    ``session`` is one that was warmed before; the assistant closes it.
    ``share_values`` lets a model that is not on this computer see values out of the lake.
    """
    runner = WorkerRunner(session or answer_session(lake, query or QuerySettings(), POOL))
    talks, looking = Talks(folder), Looking(knowledge)
    meaning = LayerMeaning(pack.semantic, None if knowledge is None else Nearness(knowledge.embed))
    queries = Queries(meaning, runner)
    known = Known(pack, meaning, queries, runner, looking, _liked(talks))
    again = replace(known, looking=Looking(late), loose=True)
    ways: list[Way] = [Redraw(runner, queries), known, Read(meaning, queries), again]
    if model is not None:
        sources = Sources(
            lambda: table_columns(lake), Values(pack.semantic, runner), looking, share_values
        )
        ways.append(Propose(model, meaning, queries, runner, sources))
    ways.append(AskBack(pack.questions))
    return LakeAssistant(
        ways,
        runner,
        talks,
        Ratings(knowledge),
        Prospects(pack, looking, model, share_values),
        tuple(spec.asks[0] for spec in pack.questions),
        now,
    )


def answer_session(
    lake: Lake, query: QuerySettings, pool: WorkerPool | None = None
) -> QuerySession:
    """A session that keeps as many rows as an answer has, and one more to know of others.

    Without ``pool`` no worker is started ahead: who asks one question needs no second.
    """
    limits = Limits(memory_mb=query.memory_mb, max_rows=MOST_ROWS + 1)
    return QuerySession(lake, limits, query.deadline, pool=pool)


def _liked(talks: Talks) -> Callable[[], tuple[KnowledgeItem, ...]]:
    def pairs() -> tuple[KnowledgeItem, ...]:
        try:
            return liked_pairs(talks.liked())
        except TalksError:
            return ()  # the answer itself cannot be kept then, and says so

    return pairs
