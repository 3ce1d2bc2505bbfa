"""Worker threads of the window: one a lane, made at its first use.

A lane answers one question at a time, so that two reads of one page never overtake each other,
and a long query in one lane holds up nobody in another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], None]


class Lanes:
    """Named queues, each with a thread. ``run`` never blocks."""

    def __init__(self) -> None:
        self._queues: dict[str, SimpleQueue[Work | None]] = {}
        self._threads: list[threading.Thread] = []
        self._closed = False

    def run(self, lane: str, work: Work) -> None:
        """Queues work, which must not raise; after ``close`` it is dropped. One caller thread."""
        if self._closed:
            return
        queue = self._queues.get(lane)
        if queue is None:
            queue = self._queues[lane] = SimpleQueue()
            thread = threading.Thread(
                target=_serve, args=(queue,), name=f"lane-{lane}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        queue.put(work)

    def close(self, timeout_s: float = 2.0) -> bool:
        """Ends each thread after the work in hand; whether all ended in time."""
        self._closed = True
        for queue in self._queues.values():
            queue.put(None)
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)


def _serve(queue: SimpleQueue[Work | None]) -> None:
    while (work := queue.get()) is not None:
        work()
