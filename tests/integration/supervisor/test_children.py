"""Real children: good ones, crashing, hanging, deaf, and those with children of their own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.contracts.names import State
from engine.supervisor import Policy, Supervisor
from tests.integration.supervisor.scripted import QUICK, Scripted, one, reaches, supervisor, until

pytestmark = pytest.mark.integration
Make = Callable[..., Supervisor]


def restarted(running: Supervisor, times: int) -> bool:
    """Whether service "a" gets ready in its life of that number."""

    def there() -> bool:
        now = one(running, "a")
        return now.state is State.READY and now.restarts == times

    return until(there)


@pytest.fixture
def make(tmp_path) -> Iterator[Make]:
    """Supervisors in a thread of their own, stopped at the end."""
    running: list[Supervisor] = []

    def start(policy: Policy = QUICK, **behaviours: str | Scripted) -> Supervisor:
        made = supervisor(tmp_path, behaviours, policy)
        running.append(made)
        made.run_in_thread()
        made.start()
        return made

    yield start
    for each in running:
        each.close()
        assert each.join(20)


def test_that_a_good_child_becomes_ready_and_stops_when_asked(make, descendants, tmp_path):
    running = make(a="good")
    assert reaches(running, "a", State.READY)
    assert (tmp_path / "run/a.pid").stat().st_mode & 0o777 == 0o600
    running.stop().result(10)
    assert one(running, "a").state is State.STOPPED
    assert descendants() == ()
    assert not (tmp_path / "run/a.pid").exists()


def test_that_memory_and_uptime_are_shown(make):
    running = make(a="good")
    assert until(lambda: one(running, "a").rss_bytes)
    assert (one(running, "a").uptime_s or 0) >= 0


def test_that_a_crashing_child_is_given_up_with_its_last_words(make):
    running = make(a="crash")
    assert reaches(running, "a", State.FAILED)
    assert "exit status 3" in one(running, "a").detail
    assert any("about to crash" in line for line in one(running, "a").last_lines)


def test_that_a_hanging_start_is_ended(make, descendants):
    running = make(Policy(max_failures=1), a=Scripted("hang", start_timeout_s=0.5))
    assert reaches(running, "a", State.FAILED)
    assert until(lambda: not descendants())


def test_that_a_deaf_child_is_killed_after_its_grace(make, descendants):
    running = make(a="stubborn")
    assert reaches(running, "a", State.READY)
    running.stop().result(10)
    assert descendants() == ()


def test_that_grandchildren_end_with_it_even_outside_its_group(make, descendants):
    running = make(a="parent")
    assert reaches(running, "a", State.READY)
    assert until(lambda: len(descendants()) == 3)
    running.stop().result(10)
    assert descendants() == ()


def test_that_grandchildren_of_a_killed_child_end_before_the_next_start(make, descendants):
    running = make(a="parent")
    assert reaches(running, "a", State.READY)
    before = set(descendants())
    os.kill(one(running, "a").pid or 0, signal.SIGKILL)
    assert until(lambda: one(running, "a").restarts == 1)
    assert reaches(running, "a", State.READY)
    assert before.isdisjoint(descendants())


def test_that_a_fatal_message_is_the_detail(make):
    running = make(a="fatal")
    assert reaches(running, "a", State.FAILED)
    assert one(running, "a").detail == "The pack is broken. Repair it."


def test_that_noise_goes_to_the_log_without_secrets(make, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_SECRET", "hunter2")
    running = make(a="chatty")
    assert reaches(running, "a", State.READY)
    log = tmp_path / "logs/a.log"
    assert until(lambda: "xxxx" in log.read_text())
    assert "not JSON" in log.read_text()
    assert "hunter2" not in log.read_text()


def test_that_twenty_kills_in_a_row_are_survived(make, descendants):
    running = make(Policy(max_failures=None, first_delay_s=0.01, max_delay_s=0.01), a="good")
    for number in range(20):
        assert restarted(running, number)
        os.kill(one(running, "a").pid or 0, signal.SIGKILL)
    assert until(lambda: one(running, "a").restarts == 20)
    assert reaches(running, "a", State.READY)
    assert len(descendants()) == 1


def test_that_restart_and_single_stops_work_from_another_thread(make):
    running = make(a="good", b="good")
    assert reaches(running, "a", State.READY)
    assert reaches(running, "b", State.READY)
    first = one(running, "a").pid
    running.restart("a")
    assert until(lambda: one(running, "a").pid not in (None, first))
    running.stop_service("b")
    assert reaches(running, "b", State.STOPPED)
    running.start_service("b")
    assert reaches(running, "b", State.READY)


def test_that_snapshots_are_quick_while_things_happen(make):
    running = make(a="crash", b="good", c="parent")
    slowest = 0.0
    for _ in range(200):
        start = time.perf_counter()
        running.snapshot()
        slowest = max(slowest, time.perf_counter() - start)
        time.sleep(0.001)
    assert slowest < 0.2


def test_that_threads_and_files_do_not_pile_up(make):
    running = make(Policy(max_failures=None, first_delay_s=0.01, max_delay_s=0.01), a="good")
    counts = []
    for number in range(8):
        assert restarted(running, number)
        counts.append(len(list(Path("/proc/self/fd").iterdir())))
        os.kill(one(running, "a").pid or 0, signal.SIGKILL)
    assert counts[-1] <= counts[1] + 1
