"""Leaves the window open on the Live page, then shows every page; tells stalls and memory."""

from __future__ import annotations

import sys
from typing import NoReturn

import psutil

from app.__main__ import leave
from app.registry import PAGES
from tests.window.child import tell
from tests.window.driver import Driver

SAMPLES = 60
"""Of the memory; the second half of them tells whether it has levelled off."""


def main() -> NoReturn:
    """For so many seconds."""
    seconds = float(sys.argv[1])
    d = Driver()
    tell("shown")
    d.until(lambda: d.window.current is not None, 30, "the pages are open")
    d.until(d.all_ready, 240, "everything is ready")
    tell("ready")
    for entry in PAGES:
        d.window.show_page(entry.key)
        d.live(3)
    d.window.show_page("live")
    d.live(10)
    process = psutil.Process()
    used = sum(process.cpu_times()[:2])
    memory = [process.memory_info().rss / 1e6]
    for _ in range(SAMPLES):
        d.live(seconds / SAMPLES)
        memory.append(process.memory_info().rss / 1e6)
        tell("memory", mb=round(memory[-1], 1))
    share = (sum(process.cpu_times()[:2]) - used) / seconds
    code = d.quit()
    stalls = d.watchdog.stop()
    tell(
        "watched",
        seconds=seconds,
        window_mb=round(memory[-1], 1),
        grown_mb=round(memory[-1] - memory[0], 1),
        grown_late_mb=round(memory[-1] - memory[SAMPLES // 2], 1),
        window_cpu_cores=round(share, 3),
        longest_stall_s=round(d.watchdog.longest_s, 3),
        stalls=[str(stall) for stall in stalls],
        defects=d.defects,
    )
    leave(d.program, code)


if __name__ == "__main__":
    main()
