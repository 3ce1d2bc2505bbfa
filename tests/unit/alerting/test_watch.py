"""The watch: tells, sends until written, remembers, obeys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.alerting.history import alert_rows
from engine.alerting.model import Measurements
from engine.alerting.rules import BadThreshold
from engine.alerting.watch import PATIENCE, AlertWatch, Ways
from engine.contracts.alerts import AlertCleared, AlertRaised, AlertRow
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader, LakeReadError
from pipelines.alerts import record
from pipelines.tables import Lake, TableLocks
from tests.unit.alerting.lake import make_lake, write_alerts
from tests.unit.alerting.minutes import NOON, measured

pytestmark = pytest.mark.unit

BROKER = ("service_down", "broker")


class World:
    """A running lakehouse whose services and pipeline do as a test says."""

    def __init__(self) -> None:
        self.now = float(NOON)
        self.down = 0.0
        self.pipeline_up = True
        self.readable = True
        self.written: dict[str, AlertRow] = {}
        self.sent: list[tuple[AlertRow, ...]] = []
        self.told: list[AlertRaised | AlertCleared] = []

    def measure(self, now_s: float) -> Measurements:
        return measured(now_s, {}, down_s={"broker": self.down})

    def rows(self, since_s: float) -> Sequence[AlertRow]:
        if not self.readable:
            raise LakeReadError("The table is damaged.", "Restore it.")
        return [r for r in self.written.values() if r.raised_at_ms >= since_s * 1000]

    def send(self, rows: tuple[AlertRow, ...]) -> bool:
        if self.pipeline_up:
            self.sent.append(rows)
            self.written |= {row.alert_id: row for row in rows}
        return self.pipeline_up

    @property
    def ways(self) -> Ways:
        return Ways(self.measure, self.rows, self.send, self.told.append)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def watch(world: World, pack: PackSpec, tmp_path: Path) -> AlertWatch:
    return AlertWatch(pack, tmp_path, world.ways, lambda: world.now)


def _look(watch: AlertWatch, world: World, after: float = 5.0) -> None:
    world.now += after
    watch.look()


def _kinds(world: World) -> list[str]:
    return [each.kind for each in world.told]


def test_that_an_alert_is_told_sent_and_shown(watch: AlertWatch, world: World) -> None:
    world.down = 61
    _look(watch, world)
    raised = world.told[0]
    assert isinstance(raised, AlertRaised)
    assert (raised.title, raised.quiet) == ("A service is down", False)
    assert world.sent == [(raised.row,)]
    assert [item.key for item in watch.view().open] == [BROKER]


def test_that_what_is_written_is_not_sent_again(watch: AlertWatch, world: World) -> None:
    world.down = 61
    for _ in range(10):
        _look(watch, world)
    assert len(world.sent) == 1
    assert watch.unwritten() == ()


def test_that_alerts_wait_for_the_pipeline(watch: AlertWatch, world: World) -> None:
    world.down, world.pipeline_up = 61, False
    _look(watch, world)
    assert len(watch.unwritten()) == 1
    world.pipeline_up = True
    _look(watch, world)
    assert len(world.written) == 1


def test_that_waiting_alerts_survive_the_end(
    watch: AlertWatch, world: World, pack: PackSpec, tmp_path: Path
) -> None:
    world.down, world.pipeline_up = 61, False
    _look(watch, world)
    world.pipeline_up = True
    again = AlertWatch(pack, tmp_path, world.ways, lambda: world.now)
    _look(again, world)
    assert _kinds(world) == ["alert_raised"]
    assert len(world.written) == 1
    world.down = 0
    _look(again, world)
    _look(again, world, 10)
    assert [row.cleared_at_ms is None for row in world.written.values()] == [False]


def test_that_a_cleared_alert_is_told_and_written_in_its_row(
    watch: AlertWatch, world: World
) -> None:
    world.down = 61
    _look(watch, world)
    world.down = 0
    _look(watch, world)
    _look(watch, world, 10)
    assert _kinds(world) == ["alert_raised", "alert_cleared"]
    assert len(world.written) == 1
    assert watch.view().open == ()


def test_that_a_table_that_cannot_be_read_is_waited_for_and_then_done_without(
    watch: AlertWatch, world: World
) -> None:
    world.readable, world.down = False, 61
    for _ in range(PATIENCE - 1):
        _look(watch, world)
    assert world.told == []
    _look(watch, world)
    assert _kinds(world) == ["alert_raised"]


def test_that_a_snoozed_key_is_raised_quietly(watch: AlertWatch, world: World) -> None:
    watch.snooze(BROKER, 900)
    world.down = 61
    _look(watch, world)
    raised = world.told[0]
    assert isinstance(raised, AlertRaised)
    assert raised.quiet
    assert watch.view().open[0].snoozed == NOON + 900


def test_that_a_snooze_until_cleared_ends_with_the_alert(watch: AlertWatch, world: World) -> None:
    world.down = 61
    _look(watch, world)
    watch.snooze(BROKER, None)
    assert watch.view().open[0].snoozed == "cleared"
    world.down = 0
    _look(watch, world)
    _look(watch, world, 10)
    world.down = 61
    _look(watch, world)
    last = world.told[-1]
    assert isinstance(last, AlertRaised)
    assert not last.quiet


def test_that_a_woken_alert_is_awake(watch: AlertWatch, world: World) -> None:
    world.down = 61
    _look(watch, world)
    watch.snooze(BROKER, 900)
    watch.wake(BROKER)
    assert watch.view().open[0].snoozed is None


def test_that_a_threshold_of_one_s_own_holds_and_is_remembered(
    watch: AlertWatch, world: World, pack: PackSpec, tmp_path: Path
) -> None:
    watch.set_threshold("service_down", 120)
    world.down = 61
    _look(watch, world)
    assert world.told == []
    again = AlertWatch(pack, tmp_path, world.ways, lambda: world.now)
    changes = {rule.rule.name: rule.change for rule in again.view().rules}
    assert changes["service_down"].threshold == 120
    again.reset("service_down")
    _look(again, world)
    assert _kinds(world) == ["alert_raised"]


def test_that_a_threshold_beyond_its_bounds_is_refused(watch: AlertWatch) -> None:
    with pytest.raises(BadThreshold):
        watch.set_threshold("service_down", 1)
    assert all(rule.change.threshold is None for rule in watch.view().rules)


def test_that_switching_a_rule_off_clears_its_alert(watch: AlertWatch, world: World) -> None:
    world.down = 61
    _look(watch, world)
    watch.set_enabled("service_down", False)
    _look(watch, world)
    assert _kinds(world) == ["alert_raised", "alert_cleared"]


def test_that_a_test_goes_the_way_of_every_alert_and_clears(
    watch: AlertWatch, world: World
) -> None:
    _look(watch, world)
    watch.test()
    watch.test()
    raised = world.told[0]
    assert isinstance(raised, AlertRaised)
    assert raised.test
    assert [item.title for item in watch.view().open] == ["Test alert"]
    _look(watch, world, 31)
    assert _kinds(world) == ["alert_raised", "alert_cleared"]
    assert [row.cleared_at_ms is None for row in world.written.values()] == [False]


def test_that_a_refused_file_is_told_and_kept_aside_at_the_next_change(
    world: World, pack: PackSpec, tmp_path: Path
) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text("schema_version = 1\n[rules.error_rate]\nthreshold = 7\n", encoding="utf-8")
    watch = AlertWatch(pack, tmp_path, world.ways, lambda: world.now)
    assert "alerts.toml:3 " in watch.view().notice
    _look(watch, world)
    assert "threshold = 7" in file.read_text("utf-8")
    watch.set_enabled("error_rate", False)
    assert watch.view().notice == ""
    assert "threshold = 7" in (tmp_path / "alerts.toml.refused").read_text("utf-8")


def test_that_the_loop_ends_when_it_is_closed(watch: AlertWatch) -> None:
    watch.start()
    watch.close()


def test_that_the_table_is_read_back(tmp_path: Path, pack: PackSpec) -> None:
    lake = make_lake(tmp_path, pack)
    old = AlertRow(
        alert_id="old", raised_at_ms=NOON * 1000, cleared_at_ms=NOON * 1000 + 5, rule="a",
        severity="info", metric="m", message="It was so.", value=1.5,
    )  # fmt: skip
    opened = old.model_copy(update={"alert_id": "open", "cleared_at_ms": None})
    late = old.model_copy(update={"alert_id": "late", "raised_at_ms": NOON * 1000 + 9000})
    write_alerts(lake, [old, opened, late])
    assert alert_rows(lake, NOON + 5) == (late, opened)
    assert set(alert_rows(lake)) == {old, opened, late}


def test_that_no_table_means_no_alerts(tmp_path: Path) -> None:
    assert alert_rows(LakeReader(tmp_path)) == ()


def test_that_rows_written_by_the_pipeline_are_seen_and_let_go(
    world: World, pack: PackSpec, tmp_path: Path
) -> None:
    """The writer's own code on a real table: raised, cleared, one row, nothing left to send."""
    root = tmp_path / "lake"
    lake = make_lake(root, pack)

    def write(rows: tuple[AlertRow, ...]) -> bool:
        record(Lake(root), TableLocks(), rows)
        return True

    ways = Ways(world.measure, lambda since_s: alert_rows(lake, since_s), write, world.told.append)
    watch = AlertWatch(pack, tmp_path, ways, lambda: world.now)
    world.down = 61
    _look(watch, world)
    assert [row.cleared_at_ms for row in alert_rows(lake)] == [None]
    world.down = 0
    for _ in range(4):
        _look(watch, world)
    assert watch.unwritten() == ()
    (row,) = alert_rows(lake)
    assert row == world.told[1].row
