"""One instance for each data folder."""

from __future__ import annotations

import os

import pytest

from engine.errors import AlreadyRunning
from engine.platform import current_platform
from engine.supervisor.instance import InstanceLock

pytestmark = pytest.mark.unit


def _lock(folder) -> InstanceLock:
    return InstanceLock(folder / "lock", current_platform(), pause=lambda _: None)


def test_that_a_second_instance_is_refused_by_the_pid_of_the_first(tmp_path):
    with _lock(tmp_path), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}") as caught:
        _lock(tmp_path).acquire()
    assert caught.value.pid == os.getpid()


def test_that_a_lock_can_be_taken_again_after_its_release(tmp_path):
    with _lock(tmp_path):
        pass
    with _lock(tmp_path):
        pass


def test_that_status_can_ask_without_taking_it(tmp_path):
    assert not _lock(tmp_path).held_by_other()
    with _lock(tmp_path):
        assert _lock(tmp_path).held_by_other()
    assert not _lock(tmp_path).held_by_other()


def test_that_a_lock_file_left_by_a_crash_is_no_obstacle(tmp_path):
    (tmp_path / "lock").touch()
    (tmp_path / "owner").write_text("1\n")
    with _lock(tmp_path) as lock:
        assert lock.holder() == os.getpid()
