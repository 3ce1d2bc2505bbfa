"""Whatever happens to the supervisor, nothing of it is left, and the next start works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.platform import current_platform
from engine.supervisor import SystemClock
from engine.supervisor.pidfile import PidRecord, write_record
from engine.supervisor.reaper import Reaper
from tests.integration.supervisor.scripted import CHECKOUT, until

pytestmark = pytest.mark.integration


class Hosts:
    """Supervising programs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *behaviours: str) -> subprocess.Popen[str]:
        program = [sys.executable, "-m", "tests.integration.supervisor.host"]
        host = subprocess.Popen(
            [*program, str(self.root), *behaviours],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(host)
        return host

    def close(self) -> None:
        for host in self.started:
            if host.poll() is None:
                host.kill()
            host.communicate()


@pytest.fixture
def hosts(tmp_path) -> Iterator[Hosts]:
    made = Hosts(tmp_path)
    yield made
    made.close()


def _pids(host: subprocess.Popen[str]) -> list[int]:
    assert host.stdout is not None
    line = host.stdout.readline()
    assert line, host.stderr.read() if host.stderr else ""
    return list(json.loads(line))


@pytest.mark.parametrize("behaviour", ["good", "stubborn", "guarded"])
def test_that_no_child_outlives_a_killed_supervisor(hosts, descendants, behaviour):
    host = hosts.start(behaviour)
    assert _pids(host)
    host.kill()
    host.wait()
    assert until(lambda: not descendants(), 5.0)


def test_that_the_next_start_reaps_what_had_no_protection(hosts, descendants):
    """A grandchild without the launcher outlives a SIGKILL of everything; its tag is known."""
    host = hosts.start("parent")
    _pids(host)
    host.kill()
    host.wait()
    assert until(lambda: len(descendants()) == 2)
    again = hosts.start("good")
    _pids(again)
    assert until(lambda: len(descendants()) == 2)  # the host and its good child
    assert set(descendants()) >= {again.pid}


def test_that_sigterm_stops_everything_and_exits_zero(hosts, descendants):
    host = hosts.start("good", "stubborn", "parent")
    _pids(host)
    host.send_signal(signal.SIGTERM)
    assert host.wait(15) == 0
    assert descendants() == ()


def test_that_a_second_instance_is_refused_by_name(hosts):
    first = hosts.start("good")
    _pids(first)
    second = hosts.start("good")
    assert second.wait(15) != 0
    assert second.stderr is not None
    assert f"already running on the data folder {hosts.root} (process {first.pid})" in (
        second.stderr.read()
    )


def test_that_a_killed_first_instance_does_not_keep_the_second_out(hosts):
    first = hosts.start("good")
    _pids(first)
    first.kill()
    first.wait()
    assert _pids(hosts.start("good"))


def test_that_random_moments_of_death_leave_nothing(hosts, descendants):
    for number in range(6):
        host = hosts.start("good", "parent", "guarded")
        until(lambda: False, 0.12 * number + 0.05)
        host.kill()
        host.wait()
    final = hosts.start("good")
    _pids(final)
    final.send_signal(signal.SIGTERM)
    assert final.wait(15) == 0
    assert until(lambda: not descendants(), 5.0)


def test_that_a_stranger_with_a_recorded_pid_is_left_alone(tmp_path):
    import asyncio

    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        write_record(tmp_path / "broker.pid", PidRecord(pid=stranger.pid, start_time="boot:1"))
        reaper = Reaper(current_platform(), SystemClock())
        assert asyncio.run(reaper.end_files(tmp_path)) == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_that_the_launcher_gives_up_when_its_parent_is_already_gone():
    from engine.contracts import deathwatch

    prefix = deathwatch.launcher_prefix()
    prefix[-1] = str(os.getpid() + 1)
    done = subprocess.run([*prefix, "echo", "alive"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (deathwatch.EXIT_ORPHANED, "")


def test_that_the_launcher_names_a_command_that_cannot_start():
    from engine.contracts import deathwatch

    command = [*deathwatch.launcher_prefix(), "/nowhere/java"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == deathwatch.EXIT_NOT_STARTED
    assert "/nowhere/java cannot be started" in done.stderr


def test_that_a_command_in_the_background_yields_the_processor():
    from engine.contracts import deathwatch

    command = [*deathwatch.launcher_prefix(background=True), "nice"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) >= min(19, os.nice(0) + 10)
