"""Puts an assistant together: the one place that the window, the command and the tests call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from engine.assistant.assistant import LakeAssistant
from engine.assistant.ratings import Ratings
from engine.assistant.readiness import Prospects
from engine.assistant.running import MOST_ROWS, WorkerRunner
from engine.assistant.talks.store import Talks
from engine.assistant.ways.ask_back import AskBack
from engine.assistant.ways.known import Known
from engine.contracts.knowledge import Knowledge
from engine.contracts.llm import ChatModel
from engine.contracts.pack import PackSpec
from engine.contracts.query import Limits
from engine.query.session import QuerySession
from engine.query.sources import Lake
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
    now: Callable[[], dt.datetime] = _now,
) -> LakeAssistant:
    """An assistant over this lake; starts nothing until it is asked. ``close`` it.

    ``folder`` is the data folder, where conversations are kept; None keeps them in memory.
    ``knowledge`` and ``model`` may be None, or fail: verified questions and the reader go on.
    """
    query = query or QuerySettings()
    limits = Limits(memory_mb=query.memory_mb, max_rows=MOST_ROWS + 1)
    runner = WorkerRunner(QuerySession(lake, limits, query.deadline))
    ways = (Known(pack.questions, runner), AskBack(pack.questions))
    return LakeAssistant(
        ways,
        runner,
        Talks(folder),
        Ratings(knowledge),
        Prospects(pack, knowledge, model),
        tuple(spec.asks[0] for spec in pack.questions),
        now,
    )
