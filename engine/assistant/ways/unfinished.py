"""A statement that did not come to its end is answered in words: the question was a fair one."""

from __future__ import annotations

from typing import Final

from engine.assistant.asking import Asking
from engine.contracts.assistant import Answer, Source
from engine.query.errors import PastDeadline, WorkerEnded


def unfinished(
    asking: Asking, error: PastDeadline | WorkerEnded, source: Source | None = None
) -> Answer:
    """What happened and what to do. Raises Cancelled where the question was given up."""
    asking.check()
    if isinstance(error, PastDeadline):
        return asking.answer(_TOO_LONG.format(seconds=error.seconds), "clarify", source)
    return asking.answer(str(error), "clarify", source)


_TOO_LONG: Final = (
    "This took longer than {seconds:g} s and was stopped. Ask about a shorter time or less at "
    "once, or raise the time limit for queries in the settings."
)
