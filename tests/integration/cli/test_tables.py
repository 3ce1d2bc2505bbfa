"""Tables restored, tidied and rebuilt while the lakehouse runs: the stream loses nothing by it."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.contracts.alerts import AlertRow
from engine.contracts.names import Table
from engine.contracts.protocol import RecordAlerts
from engine.host.control import ask
from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.e2e.topic import read_all
from tests.integration.cli.conftest import on_folder

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def running() -> Iterator[Lakehouse]:
    """Started once; a few batches of events have gone through it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    with on_folder(folder) as it:
        it.start()
        for seed in range(3):
            _produce(it, seed)
        yield it
        assert it.stop() == 0
    shutil.rmtree(folder, ignore_errors=True)


def _produce(lakehouse: Lakehouse, seed: int) -> None:
    done = lakehouse.cli("produce", "--count", "400", "--rate", "4000", "--seed", str(seed))
    assert done.returncode == 0, done.stderr
    compare.wait_drained(lakehouse, lakehouse.endpoints()["kafka"])


def _check(lakehouse: Lakehouse) -> None:
    compare.assert_equal_to_oracle(lakehouse, read_all(lakehouse.endpoints()["kafka"]))


def _history(lakehouse: Lakehouse, table: Table) -> list[dict[str, Any]]:
    done = lakehouse.cli("history", table.value, "--json")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def _restore(lakehouse: Lakehouse, table: Table, version: int) -> None:
    done = lakehouse.cli("restore-table", table.value, str(version), "--yes", timeout=120)
    assert done.returncode == 0, done.stderr
    assert f"{table.value} is restored to version {version}." in done.stdout


def test_that_silver_goes_back_stays_so_and_comes_again_by_a_rebuild(running: Lakehouse) -> None:
    full = compare.count(running, Table.SILVER)
    newest = _history(running, Table.SILVER)[0]["version"]
    _restore(running, Table.SILVER, 1)
    left = compare.count(running, Table.SILVER)
    assert left < full
    events = compare.read(running, Table.GOLD_KPIS, "sum(events) AS n")
    assert events[0]["n"] == left, "gold is a function of silver"
    _produce(running, 10)
    assert left < compare.count(running, Table.SILVER) < full + 400
    done = running.cli("compare", "silver_events", str(newest), str(newest + 1), "--json")
    found = json.loads(done.stdout)
    assert (found["only_a"]["rows"], found["only_b"]["rows"]) == (full - left, 0)
    done = running.cli("rebuild", timeout=240)
    assert (done.returncode, done.stdout.strip()) == (0, "Rebuilt."), done.stderr
    _check(running)


def test_that_bronze_is_read_again_from_the_broker(running: Lakehouse) -> None:
    full = compare.count(running, Table.BRONZE)
    _restore(running, Table.BRONZE, 1)
    until(lambda: compare.count(running, Table.BRONZE) == full, 60, "bronze is complete again")
    _produce(running, 11)
    _check(running)


def test_that_a_restored_gold_is_made_right_by_a_backfill(running: Lakehouse) -> None:
    _restore(running, Table.GOLD_KPIS, 1)
    done = running.cli("rebuild", "--since", "2020-01-01", timeout=240)
    assert (done.returncode, done.stdout.strip()) == (0, "Rebuilt."), done.stderr
    _check(running)


def test_that_a_version_that_is_not_there_leaves_the_stream_alone(running: Lakehouse) -> None:
    request = {"op": "restore-table", "table": "silver_events", "version": 99_999}
    with pytest.raises(Exception, match="no version 99999"):
        list(ask(running.paths, request))
    _produce(running, 12)
    _check(running)


def test_that_maintain_tells_what_it_did(running: Lakehouse) -> None:
    done = running.cli("maintain", timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(Table) + 1
    assert lines[-1].startswith("Together: ")
    assert " files into " in lines[-1]
    _check(running)


def test_that_a_cancelled_rebuild_leaves_everything_as_it_was(running: Lakehouse) -> None:
    answers: list[dict[str, Any]] = []
    first = threading.Event()

    def rebuild() -> None:
        for answer in ask(running.paths, {"op": "rebuild", "tables": ["silver", "gold"]}):
            answers.append(answer)
            first.set()

    # The cancel is sent before the first step: the rebuild waits for the batch in hand.
    thread = threading.Thread(target=rebuild)
    thread.start()
    until(lambda: thread.is_alive(), 5, "it was asked for")
    while not first.wait(0.05):
        list(ask(running.paths, {"op": "cancel"}))
    thread.join(120)
    assert answers[-1]["done"] is True
    assert answers[-1]["outcome"] in ("cancelled", "complete")
    _check(running)
    _produce(running, 13)
    _check(running)


def test_that_alerts_are_written_and_cleared(running: Lakehouse) -> None:
    row = AlertRow(
        alert_id="a",
        raised_at_ms=1_700_000_000_000,
        rule="low",
        severity="warning",
        metric="orders",
        message="Few orders.",
    )
    for at in (None, 1_700_000_060_000):
        command = RecordAlerts(rows=(row.model_copy(update={"cleared_at_ms": at}),))
        request = {"op": "send", "service": "pipeline", "command": command.model_dump(mode="json")}
        assert list(ask(running.paths, request)) == [{"done": True}]
    until(
        lambda: (
            [r["c"] for r in compare.read(running, Table.ALERTS, "cleared_at IS NOT NULL AS c")]
            == [True]
        ),
        60,
        "the alert is written and cleared",
    )
