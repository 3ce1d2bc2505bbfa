"""Long operations of the pipeline, asked of the running lakehouse, or of one started for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from engine.contracts.names import State
from engine.errors import LakehouseError
from engine.host.commands import Commands
from engine.host.control import Answer, NotRunning, ask
from engine.host.running import Running
from engine.paths import data_paths

Tell = Callable[[Answer], None]


def progress(answer: Answer) -> None:
    """A step on stderr: what the pipeline said of it, or how far it is."""
    text = answer["detail"] or f"{answer['done']:,} of {answer['total']:,}"
    print(f"{answer['operation']}: {text}", file=sys.stderr, flush=True)


def carry_out(request: Answer, tell: Tell = progress) -> str:
    """Carries out a request; returns how it ended, ``complete`` or ``cancelled``.

    Where no lakehouse runs, one is started without demo events and stopped afterwards. Raises
    LakehouseError where the request is refused or fails.
    """
    try:
        return _follow(ask(data_paths(), request), tell)
    except NotRunning:
        pass
    with Running(data_paths(), demo=False) as it:
        it.end_on_signals()
        if it.wait_ready() is not State.READY:
            failed = [s.detail for s in it.instance.supervisor.snapshot() if s.detail]
            raise LakehouseError("The lakehouse could not be started.", " ".join(failed))
        return _follow(Commands(it.instance.supervisor, it.monitor)(request), tell)


def _follow(answers: Iterator[Answer], tell: Tell) -> str:
    last: Answer = {}
    for answer in answers:
        if answer.get("done") is True:
            return str(answer.get("outcome", "complete"))
        if answer != last:
            tell(answer)
            last = answer
    raise LakehouseError(
        "The operation was cut off.",
        "A rebuild begins anew at the next start; anything else, ask for again.",
    )
