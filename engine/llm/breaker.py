"""A circuit breaker: a service that keeps failing is left alone for a while.

Without it every question would first wait for a service that is known to be down, before the local
model gets its turn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from engine.llm.errors import KeyRefused, ModelError

FAILURES: Final = 3
FIRST_REST_S: Final = 15.0
LONGEST_REST_S: Final = 300.0


class Breaker:
    """Closed: asked as usual. Open: not asked. After its rest one caller may try again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rests = 0
        self._until = 0.0
        self._last: ModelError | None = None
        self._trying = False

    def reason(self) -> ModelError | None:
        """What opened it, while it is open; None where the service may be asked."""
        with self._lock:
            return self._last if self._clock() < self._until else None

    def enter(self) -> ModelError | None:
        """As ``reason``, before a request: half open, only the first caller is let through."""
        with self._lock:
            if self._last is None or self._until == 0.0:
                return None
            if self._clock() < self._until or self._trying:
                return self._last
            self._trying = True
            return None

    def good(self) -> None:
        """The service answered."""
        with self._lock:
            self._failures = self._rests = 0
            self._until, self._last, self._trying = 0.0, None, False

    def left(self) -> None:
        """The request ended without saying anything about the service (cancelled)."""
        with self._lock:
            self._trying = False

    def bad(self, error: ModelError) -> None:
        """The service did not answer as it should."""
        with self._lock:
            self._failures += 1
            half_open, self._trying = self._trying, False
            self._last = error
            # A refused key stays refused, however often it is shown.
            if half_open or self._failures >= FAILURES or isinstance(error, KeyRefused):
                rest = min(FIRST_REST_S * 2.0**self._rests, LONGEST_REST_S)
                self._until = self._clock() + rest
                self._rests += 1
