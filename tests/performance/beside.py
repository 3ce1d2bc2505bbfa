"""Something that goes on in a thread of its own while a block lasts."""

from __future__ import annotations

import threading
from typing import Self


class Beside:
    """A subclass says in ``_run`` what goes on; it ends soon after ``_stop`` is set."""

    _stop: threading.Event
    _thread: threading.Thread

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        raise NotImplementedError
