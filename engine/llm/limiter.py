"""At most so many requests a minute: a runaway loop must not become a bill."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Limiter:
    """A token bucket that holds a quarter of a minute's requests, at least one."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60.0
        self._most = max(1.0, per_minute / 4)
        self._clock = clock
        self._tokens = self._most
        self._at = clock()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Takes the next request's place; how many seconds to wait before sending it."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1.0
            return 0.0 if self._tokens >= 0 else -self._tokens / self._rate

    def give_back(self) -> None:
        """The request was not sent after all."""
        with self._lock:
            self._tokens = min(self._most, self._tokens + 1.0)
