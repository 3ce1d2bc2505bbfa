"""``python -m tests.window.witness``: sleeps, and tells when the whole machine stood still.

A computer that is lent out in parts may stop for a quarter of a second: nobody runs, nobody waits
in a queue, and the clock goes on. A process that has nothing to do but sleep notices it; what it
waited in the processor's queue is no such stop. Tells its parent, and ends with it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

NAP_S = 0.01
LEAST_S = 0.02
STATS = Path("/proc/self/schedstat")


def main() -> None:
    """Prints "begin end" of each stop, by the monotonic clock, which all processes share.

    The first line, of no length, says that it has begun.
    """
    parent = os.getppid()
    last, busy = time.monotonic(), _busy()
    print(last, last, flush=True)
    while os.getppid() == parent:
        time.sleep(NAP_S)
        now, after = time.monotonic(), _busy()
        stood = now - last - NAP_S - (after - busy)
        if stood >= LEAST_S:
            print(now - stood, now, flush=True)
        last, busy = now, after


def _busy() -> float:
    """Seconds that this process has run or been queued."""
    ran, queued, _ = STATS.read_text().split()
    return (int(ran) + int(queued)) / 1e9


if __name__ == "__main__":
    main()
