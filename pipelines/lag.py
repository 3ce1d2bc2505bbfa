"""Tells each second how far the stream is behind the topic."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.contracts.protocol import Degraded, Lag, Recovered
from pipelines.batch import Offsets
from pipelines.emit import Emitter
from pipelines.errors import PipelineError
from pipelines.source import Topic


def report_lag(
    closing: threading.Event,
    done: Callable[[], Offsets | None],
    check: Callable[[], None],
    topic: Topic,
    emit: Emitter,
) -> None:
    """Records not yet finished, by partition, until ``closing``.

    ``done`` are the offsets worked off, None where nobody knows; where the topic does not answer or
    ``check`` raises PipelineError the stream is degraded until both go well again.
    """
    silent = False
    while not closing.wait(1.0):
        offsets = done()
        if offsets is None:
            continue
        try:
            check()
            _, high = topic.bounds(sorted(offsets))
        except PipelineError as error:
            if not silent:
                emit(Degraded(detail=f"{error} Events wait in the broker."))
            silent = True
            continue
        if silent:
            emit(Recovered())
        silent = False
        emit(Lag(partitions={p: max(0, high[p] - at) for p, at in offsets.items()}))
