"""A real lake is broken on purpose, and the audit names what was broken; what is whole it leaves.

Nothing is sent while the lake is tampered with: on a local disk two writers of one table may
overwrite each other's commits.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.integration.cli.conftest import on_folder

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

CAUGHT_WITHIN_S = 90.0
RATE = "60"


def audit(it: Lakehouse) -> dict[str, Any]:
    """The audit as status tells it."""
    return it.status().get("audit") or {"minutes": 0, "differences": [], "waiting": ""}


def wait_for(it: Lakehouse, condition: Callable[[dict[str, Any]], object], what: str) -> Any:
    """A report like that, within the time that is promised; the report."""
    until(lambda: condition(audit(it)), CAUGHT_WITHIN_S, f"{what}; it says {audit(it)}", 0.5)
    return audit(it)


def whole(report: dict[str, Any]) -> bool:
    return report["minutes"] > 0 and not report["differences"]


def send(it: Lakehouse, seconds: int) -> None:
    """Demo events, late and broken and repeated ones among them; until all are in gold."""
    done = it.cli("produce", "--rate", RATE, "--seconds", str(seconds), timeout=seconds + 60)
    assert done.returncode == 0, done.stderr
    compare.wait_drained(it, it.endpoints()["kafka"])


def table(it: Lakehouse, name: Table) -> DeltaTable:
    return DeltaTable(str(it.paths.lake / name.value))


@pytest.fixture(scope="module")
def running() -> Iterator[Lakehouse]:
    """Started once; two minutes of events have gone through it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    with on_folder(folder) as it:
        it.env["RTLAKEHOUSE_AUDIT_EVERY"] = "3"
        it.start()
        it.wait_state("tally", "READY")
        send(it, 5)
        until(lambda: audit(it).get("since_s"), 60, "the audit has begun")
        send(it, 130)
        yield it
        assert it.stop() == 0
    shutil.rmtree(folder, ignore_errors=True)


def test_that_a_whole_lake_is_whole_with_late_and_repeated_events(running: Lakehouse) -> None:
    report = wait_for(running, whole, "a minute is audited and nothing differs")
    assert report["audited_until_s"] <= time.time() + 60
    rows = compare.read(running, Table.SILVER, "count(*) FILTER (WHERE is_late)::BIGINT AS late")
    assert rows[0]["late"] > 0
    done = running.cli("status")
    assert "Audited to" in done.stdout
    assert "0 lost, 0 doubled" in done.stdout


@pytest.mark.parametrize("service", ["tally", "pipeline"])
def test_that_a_restart_raises_no_false_alarm(running: Lakehouse, service: str) -> None:
    before = wait_for(running, whole, "it is whole before")
    pid = running.service(service)["pid"]
    running.kill_service(service, pid)
    running.wait_state("tally", "READY")
    send(running, 5)
    at = time.time()
    report = wait_for(running, lambda r: whole(r) and r["looked_at_s"] > at, "it is whole after")
    assert report["since_s"] == before["since_s"] or service == "tally"


def test_that_a_removed_file_is_named(running: Lakehouse) -> None:
    wait_for(running, whole, "it is whole before")
    files = (Path(uri.removeprefix("file://")) for uri in table(running, Table.SILVER).file_uris())
    file = max(files, key=lambda each: each.stat().st_mtime)
    aside = file.with_suffix(".aside")
    file.rename(aside)
    report = wait_for(running, lambda r: r["differences"], "the file is missed")
    assert any(d["kind"] == "file" and file.name in d["text"] for d in report["differences"])
    until(lambda: "audit" in running.cli("sql", "SELECT rule FROM alerts").stdout, 60, "an alert")
    aside.rename(file)
    wait_for(running, whole, "it is whole again")


def test_that_a_doubled_commit_is_named_with_its_offsets(running: Lakehouse) -> None:
    wait_for(running, whole, "it is whole before")
    bronze = table(running, Table.BRONZE)
    rows = bronze.to_pyarrow_table().sort_by([("kafka_ts", "descending")]).slice(0, 5)
    key = rows.schema.get_field_index("topic")
    again = rows.set_column(key, "topic", [["twice"] * 5])
    write_deltalake(bronze, again, mode="append")
    report = wait_for(running, lambda r: r["doubled"] == 5, "five records are doubled")
    named = {
        (part["partition"], offset)
        for difference in report["differences"]
        for part in difference["offsets"]
        for offset in range(part["first"], part["last"] + 1)
    }
    columns = rows.column("partition").to_pylist(), rows.column("offset").to_pylist()
    assert named == set(zip(*columns, strict=True))
    table(running, Table.BRONZE).delete("topic = 'twice'")
    wait_for(running, whole, "it is whole again")


def test_that_an_edited_row_of_gold_is_named_with_both_values(running: Lakehouse) -> None:
    report = wait_for(running, whole, "it is whole before")
    start = dt.datetime.fromtimestamp(report["since_s"], dt.UTC)
    where = f"window_start = '{start.isoformat()}'"
    table(running, Table.GOLD_KPIS).update({"orders": "orders + 1"}, predicate=where)
    report = wait_for(running, lambda r: r["differences"], "the row differs")
    (found,) = report["differences"]
    assert (found["table"], found["measure"]) == ("gold_kpis", "orders")
    assert found["minute_s"] == start.timestamp()
    assert found["found"] == found["counted"] + 1
    table(running, Table.GOLD_KPIS).update({"orders": "orders - 1"}, predicate=where)
    wait_for(running, whole, "it is whole again")


def test_that_a_rebuild_raises_no_false_alarm(running: Lakehouse) -> None:
    wait_for(running, whole, "it is whole before")
    assert running.cli("rebuild", timeout=300).returncode == 0
    send(running, 5)
    report = wait_for(
        running, lambda r: "rebuilt" in r["waiting"], "it says that minutes before are not audited"
    )
    assert not report["differences"]


def test_that_what_was_counted_outlives_a_stop(running: Lakehouse) -> None:
    pid = running.service("tally")["pid"]
    os.kill(pid, signal.SIGTERM)
    until(lambda: running.service("tally")["pid"] not in (None, pid), 60, "it is started again")
    assert (running.paths.scratch / "tally" / "counted.json").is_file()
