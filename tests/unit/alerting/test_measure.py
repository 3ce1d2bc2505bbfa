"""Measurements from a real gold table, and from what stream and services said."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.alerting.measure import Measurer
from engine.contracts.names import State, Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import BatchDone
from engine.contracts.status import ServiceSnapshot
from engine.contracts.tally import AuditReport, Difference
from engine.lake import LakeReader, QueryResult
from tests.unit.alerting.lake import make_lake, write_minutes
from tests.unit.alerting.minutes import NOON, hour, minute

pytestmark = pytest.mark.unit

NOW = NOON + 30.0


def _service(name: str, state: State = State.READY, uptime: float | None = 7200.0) -> Any:
    return ServiceSnapshot(name=name, provider="p", why="", state=state, uptime_s=uptime)


def _batch(number: int, **changes: Any) -> BatchDone:
    values = {
        "query": "main", "batch_id": number, "started_at_ms": 0, "duration_ms": 900.0,
        "input_rows": 600, "accepted": 590, "rejected": 6, "duplicates": 4, "late": 0,
        "input_rate": 300.0, "process_rate": 600.0, "kafka_lag": 10,
        "end_to_end_p95_ms": 2500.0,
    }  # fmt: skip
    return BatchDone.model_validate(values | changes)


@dataclass
class Said:
    """What the monitor remembers."""

    batches: tuple[tuple[float, BatchDone], ...] = ((NOW - 1, _batch(1)),)
    lag: tuple[tuple[float, dict[int, int]], ...] = ((NOW - 1, {0: 5, 1: 0}),)
    services: list[ServiceSnapshot] = field(
        default_factory=lambda: [_service("broker"), _service("pipeline"), _service("generator")]
    )


@pytest.fixture
def lake(tmp_path: Path, pack: PackSpec) -> LakeReader:
    return make_lake(tmp_path, pack)


def _measurer(lake: LakeReader, pack: PackSpec, said: Said) -> Measurer:
    return Measurer(lake, pack, lambda _seconds: said, lambda: said.services)


def test_that_gold_s_last_hour_is_read(lake: LakeReader, pack: PackSpec) -> None:
    write_minutes(lake, [*hour(count=100).values(), minute(NOON)])
    what = _measurer(lake, pack, Said())(NOW)
    assert min(what.minutes) == NOON - 66 * 60
    assert what.minutes[NOON].get("view_users") == 2_500
    assert what.minutes[NOON].get("conversion_rate") == 0.12


def test_that_gold_is_read_only_after_a_batch(
    lake: LakeReader, pack: PackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    query = lake.query

    def counted(sql: str) -> QueryResult:
        reads.append(sql)
        return query(sql)

    monkeypatch.setattr(lake, "query", counted)
    said = Said()
    measure = _measurer(lake, pack, said)
    measure(NOW)
    measure(NOW + 5)
    assert len(reads) == 1
    said.batches = (*said.batches, (NOW + 6, _batch(2)))
    measure(NOW + 10)
    assert len(reads) == 2


def test_that_a_lake_without_gold_is_no_error(tmp_path: Path, pack: PackSpec) -> None:
    what = _measurer(LakeReader(tmp_path), pack, Said(batches=(), lag=()))(NOW)
    assert (what.minutes, what.reach_s) == ({}, None)


def test_that_a_gold_that_cannot_be_read_makes_its_reach_unknown(
    lake: LakeReader, pack: PackSpec
) -> None:
    (lake.path(Table.GOLD_KPIS) / "_delta_log" / f"{0:020}.json").write_text("{")
    assert _measurer(lake, pack, Said())(NOW).reach_s is None


def test_that_the_error_rate_is_of_the_batches_together(lake: LakeReader, pack: PackSpec) -> None:
    said = Said(batches=((NOW - 9, _batch(1)), (NOW - 1, _batch(2, input_rows=200, rejected=100))))
    what = _measurer(lake, pack, said)(NOW)
    assert what.figures["error_rate"] == pytest.approx(106 / 800)
    assert what.volumes["input_rows"] == 800


@pytest.mark.parametrize(
    ("changes", "lag"),
    [
        ({}, 3.5),
        ({"lag": ((NOW - 1, {0: 0}),)}, 0.0),
        ({"lag": ((NOW - 60, {0: 5}),)}, None),
        ({"batches": ((NOW - 40, _batch(1)),)}, 42.5),
        ({"batches": ()}, 7200.0),
        ({"services": [_service("pipeline", State.BACKOFF, None)]}, None),
    ],
)
def test_that_lag_is_the_age_of_what_waits(
    lake: LakeReader, pack: PackSpec, changes: dict[str, Any], lag: float | None
) -> None:
    assert _measurer(lake, pack, Said(**changes))(NOW).figures["processing_lag_s"] == lag


def test_that_what_the_audit_found_is_measured_while_it_looks(lake: LakeReader, pack) -> None:
    figures = Difference(table=Table.GOLD_KPIS, kind="figures", text="")
    lost = Difference(table=Table.SILVER, kind="lost", text="", records=3)
    found = AuditReport(looked_at_s=NOW - 5, lost=3, differences=(lost, figures))
    measurer = Measurer(lake, pack, lambda _s: Said(), lambda: Said().services, lambda: found)
    assert measurer(NOW).figures["audit_differences"] == 4
    assert measurer(NOW + 600).figures["audit_differences"] is None
    assert _measurer(lake, pack, Said())(NOW).figures["audit_differences"] is None


def test_that_the_reach_goes_back_with_the_lag(lake: LakeReader, pack: PackSpec) -> None:
    assert _measurer(lake, pack, Said())(NOW).reach_s == NOW - 20
    behind = Said(batches=((NOW - 40, _batch(1)),))
    assert _measurer(lake, pack, behind)(NOW).reach_s == NOW - 52.5


def test_that_a_fresh_service_makes_the_stream_unsteady(lake: LakeReader, pack: PackSpec) -> None:
    services = [_service("broker"), _service("pipeline"), _service("generator", uptime=10.0)]
    assert _measurer(lake, pack, Said(services=services))(NOW).steady_from_s == NOW + 50


def test_that_ratios_look_back_half_a_minute(lake: LakeReader, pack: PackSpec) -> None:
    write_minutes(lake, [minute(NOON, view_users=100.0)])
    said = Said()
    measure = _measurer(lake, pack, said)
    assert measure(NOW).earlier == {}
    measure(NOW + 20)
    assert measure(NOW + 30).earlier[NOON].get("view_users") == 100
    assert measure(NOW + 200).earlier == {}


def test_that_a_service_is_down_from_its_failure_until_it_is_up(
    lake: LakeReader, pack: PackSpec
) -> None:
    said = Said()
    measure = _measurer(lake, pack, said)
    downs = []
    for step, state in enumerate(
        (State.STARTING, State.READY, State.BACKOFF, State.STARTING, State.FAILED, State.READY)
    ):
        said.services = [_service("broker", state, None)]
        downs.append(measure(NOW + 10 * step).down_s["broker"])
    assert downs == [0, 0, 0, 10, 20, 0]


def test_that_a_service_stopped_by_a_person_is_not_down(lake: LakeReader, pack: PackSpec) -> None:
    said = Said(services=[_service("broker", State.FAILED, None)])
    measure = _measurer(lake, pack, said)
    measure(NOW)
    said.services = [_service("broker", State.STOPPED, None)]
    assert measure(NOW + 90).down_s == {"broker": 0}
