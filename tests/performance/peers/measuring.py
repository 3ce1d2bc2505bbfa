"""One measurement each: from a stopped contestant to figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from tests.e2e.lakehouse import until
from tests.performance.measure import latencies
from tests.performance.peers.contestants import Contestant
from tests.performance.peers.outside import (
    LOOK_S,
    Eyes,
    Pulse,
    gold_minutes,
    gold_total,
    silver_total,
)

Figures = dict[str, float]
FIRST = 100
"""Events that wait when a contestant is started; the tables of all of them exist afterwards."""
START_S = 600.0
SETTLED_S = 10.0
SHORT_SETTLED_S = 60.0
"""How long nothing must change where events are missing: a Spark driver may be starting."""
LATE_AFTER = timedelta(minutes=10)


class GaveUp(AssertionError):
    """A contestant ended by itself, or showed nothing within the time it is given.

    Its log is in the message; the bench's other contestants go on.
    """


def wait_for(
    it: Contestant, condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.2
) -> None:
    """Until the condition holds; GaveUp when it ended or the time is over."""

    def held() -> bool:
        check_alive(it)
        return condition()

    try:
        until(held, seconds, what, pause)
    except GaveUp:
        raise
    except AssertionError as error:
        raise GaveUp(f"{error} {_last_words(it)}") from None


def check_alive(it: Contestant) -> None:
    """GaveUp where it ended by itself."""
    if not it.alive():
        raise GaveUp(f"ended by itself: {_last_words(it)}")


def _last_words(it: Contestant) -> str:
    log: Path | None = getattr(it, "log", None)
    if log is None or not log.exists():
        return ""
    lines = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
    errors = [line for line in lines if "Error" in line or "Exception" in line]
    return "\n".join([(errors or lines)[-1].strip()[:200], "Its log ends with:", *lines[-40:]])


def measure_start(it: Contestant, look: Callable[[Path], int] = gold_total) -> Figures:
    """From the start of its process to the first of some waiting events visible."""
    before = look(it.lake)
    it.topic.send(FIRST, count=FIRST)
    began = time.monotonic()
    it.start()
    wait_for(it, lambda: look(it.lake) > before, START_S, "the first events are visible", 0.1)
    first = time.monotonic() - began
    wait_for(it, lambda: look(it.lake) >= before + FIRST, START_S, "all of them are visible")
    return {"start_to_visible_s": first}


def measure_rate(
    it: Contestant,
    rate: float,
    seconds: float,
    patience: float,
    judged: tuple[float, float] | None = None,
) -> Figures:
    """Latency, CPU and memory while events flow.

    ``judged``: which events count, in seconds since the start; without it all after the first
    third, which is warm-up.

    Events not visible ``patience`` seconds after the last was sent are reported as ``unseen``, a
    share; percentiles are over the others, so that with many unseen they are a lower bound.
    """
    since, began = it.topic.ends(), time.time()
    base, base_silver = gold_total(it.lake), silver_total(it.lake)
    gold, silver = Eyes(partial(gold_total, it.lake)), Eyes(partial(silver_total, it.lake))
    with gold, silver:
        with Pulse(it.pids) as pulse, it.topic.sending(rate, seconds=seconds):
            pass
        ended = time.time()
        arrived = it.topic.arrivals(since)
        wanted = base + len(arrived)
        behind_until = time.monotonic() + patience
        while gold.newest() < wanted and time.monotonic() < behind_until:
            check_alive(it)
            time.sleep(LOOK_S)
    window = (began + seconds / 3, ended - 0.5)
    if judged is not None:
        window = (began + judged[0], began + judged[1])
    counted = int(((arrived >= window[0]) & (arrived < window[1])).sum())
    found = latencies(arrived, gold.seen, base, *window)
    if not len(found):
        raise GaveUp(f"showed none of {counted:,} events at {rate:g}/s in time")
    p50, p95, p99 = np.percentile(found, [50, 95, 99])
    figures = {
        "events": float(len(arrived)),
        "rate": len(arrived) / (ended - began),
        "p50_s": float(p50),
        "p95_s": float(p95),
        "p99_s": float(p99),
        "unseen": 1.0 - len(found) / counted,
        "cpu_cores": pulse.cores,
        "peak_mb": pulse.peak_mb,
        "missed_looks": float(gold.missed),
    }
    stored = latencies(arrived, silver.seen, base_silver, *window)
    if len(stored):
        figures["silver_p50_s"] = float(np.median(stored))
        figures["silver_p95_s"] = float(np.percentile(stored, 95))
    return figures


def measure_drain(it: Contestant, backlog: int, patience: float) -> Figures:
    """How fast a backlog becomes visible in gold, once the first of it is.

    The clock starts at the first look that saw some of it, and stops at the first that saw all;
    what was seen at the first look does not count. Where that was more than half, the whole time
    since the start counts, which is too hard on it rather than too kind.
    """
    base = gold_total(it.lake)
    it.topic.send(40_000, count=backlog)
    began = time.time()
    with Eyes(partial(gold_total, it.lake)) as gold, Pulse(it.pids) as pulse:
        it.start()
        wait_for(it, lambda: gold.newest() >= base + backlog, patience, "the backlog is in gold")
    some = [(t, n - base) for t, n in gold.seen if n > base]
    done = next(t for t, n in some if n >= backlog)
    first, had = some[0]
    whole = backlog / (done - began)
    steady = (backlog - had) / (done - first) if had <= backlog / 2 else whole
    return {
        "backlog": float(backlog),
        "drain_events_s": steady,
        "with_start_events_s": whole,
        "seconds": done - began,
        "cpu_cores": pulse.cores,
        "peak_mb": pulse.peak_mb,
    }


def measure_burst(it: Contestant, count: int, patience: float) -> Figures:
    """Seconds from the first event of a burst into what is already running to all visible."""
    base = gold_total(it.lake)
    began = time.monotonic()
    with it.topic.sending(40_000, count=count):
        wait_for(it, lambda: gold_total(it.lake) >= base + count, patience, "the burst is in gold")
    return {"burst_s": time.monotonic() - began}


def measure_kill(it: Contestant, seconds: float = 20.0, rate: float = 300.0) -> Figures:
    """Gold against the truth after repeats, late events and a SIGKILL in the middle.

    Counts of events too many and too few, on time and late apart (late: more than ten minutes).
    """
    since, before = it.topic.ends(), gold_minutes(it.lake)
    late_edge = datetime.now(UTC) - LATE_AFTER
    with it.topic.sending(rate, seconds=seconds, duplicates=0.05, late=0.05):
        wait_for(
            it, lambda: sum(it.topic.ends().values()) > _half(since, rate * seconds), 60, "half"
        )
        it.kill()
        it.revive()
    truth = it.topic.events(since)
    wanted = sum(before.values()) + len(truth)
    with Eyes(partial(gold_total, it.lake)) as gold:
        wait_for(it, lambda: _settled(gold.seen, wanted), START_S, "gold has settled")
    after = gold_minutes(it.lake)
    gained = {m: after.get(m, 0) - before.get(m, 0) for m in after}
    got_late = sum(n for m, n in gained.items() if m.replace(tzinfo=UTC) < late_edge)
    got = sum(gained.values()) - got_late
    late = sum(moment < late_edge for moment in truth.values())
    return {
        "on_time": float(len(truth) - late),
        "on_time_difference": float(got - (len(truth) - late)),
        "late": float(late),
        "late_difference": float(got_late - late),
    }


def _half(since: dict[int, int], expected: float) -> float:
    return sum(since.values()) + expected / 2


def _settled(seen: list[tuple[float, int]], wanted: int) -> bool:
    """The same total for a while; for longer where some is still missing: it may be starting."""
    if not seen:
        return False
    quiet = SETTLED_S if seen[-1][1] >= wanted else SHORT_SETTLED_S
    recent = {n for t, n in seen if t >= seen[-1][0] - quiet}
    return seen[-1][0] - seen[0][0] >= quiet and len(recent) == 1
