"""What a record may end, and what it may not."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.errors import SurvivorError
from engine.supervisor.pidfile import PidRecord, read_records, record_of, write_record
from engine.supervisor.reaper import Reaper
from tests.unit.supervisor.fakes import FakeClock, FakePlatform

pytestmark = pytest.mark.unit


def _reap(platform: FakePlatform, folder) -> int:
    return asyncio.run(Reaper(platform, _Hasty()).end_files(folder))


class _Hasty(FakeClock):
    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_that_a_leftover_with_the_recorded_start_time_is_ended(tmp_path):
    platform = FakePlatform()
    platform.strangers = {7: "boot:1"}
    write_record(tmp_path / "broker.pid", PidRecord(pid=7, start_time="boot:1"))
    assert _reap(platform, tmp_path) == 1
    assert platform.strangers == {}
    assert list(tmp_path.iterdir()) == []


def test_that_a_recycled_pid_is_left_alone(tmp_path):
    platform = FakePlatform()
    platform.strangers = {7: "boot:2"}
    write_record(tmp_path / "broker.pid", PidRecord(pid=7, start_time="boot:1", pgid=7))
    assert _reap(platform, tmp_path) == 0
    assert platform.strangers == {7: "boot:2"}
    assert list(tmp_path.iterdir()) == []


def test_that_a_record_without_start_time_ends_nobody(tmp_path):
    platform = FakePlatform()
    platform.strangers = {7: "boot:2"}
    (tmp_path / "driver.pid").write_text(json.dumps({"pid": 7, "start_time": None}))
    assert _reap(platform, tmp_path) == 0
    assert platform.strangers == {7: "boot:2"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "\x00\x01"])
def test_that_a_torn_record_is_dropped(tmp_path, text):
    (tmp_path / "broker.pid").write_text(text)
    assert _reap(FakePlatform(), tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_that_an_unkillable_leftover_stops_the_start(tmp_path):
    class Stubborn(FakePlatform):
        def kill(self, pid: int) -> None:
            pass

    platform = Stubborn()
    platform.strangers = {7: "boot:1"}
    write_record(tmp_path / "broker.pid", PidRecord(pid=7, start_time="boot:1"))
    with pytest.raises(SurvivorError, match="Restart the computer"):
        _reap(platform, tmp_path)


def test_that_a_record_is_private_and_does_not_show_the_command(tmp_path):
    path = tmp_path / "broker.pid"
    write_record(path, record_of(7, "boot:1", "tag", ["java", "password"]))
    assert path.stat().st_mode & 0o777 == 0o600
    assert "password" not in path.read_text()
    stored = read_records(tmp_path)[path]
    assert stored is not None
    assert stored.pid == 7
