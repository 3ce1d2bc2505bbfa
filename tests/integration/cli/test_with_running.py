"""Commands against one running lakehouse with a few events in it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.contracts.names import Table
from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.integration.cli.conftest import on_folder
from tests.oracle.oddities import iso

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

LINES = 6
"""Lines of the file that are sent: four events and two that are none."""


def _line(number: int) -> bytes:
    fields = {"event_id": f"f{number}", "event_type": "page_view", "user_id": "ann"}
    return json.dumps({**fields, "ts": iso(int(time.time() * 1000))}).encode()


@pytest.fixture(scope="module")
def running() -> Iterator[Lakehouse]:
    """Started once; six lines of a file have gone through it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    with on_folder(folder) as it:
        it.start()
        it.wait_state("tally", "READY")  # a start does not wait for it
        file = folder / "events.jsonl"
        bad = [b"{no json", b'{"event_id": 1}']
        file.write_bytes(b"\n".join([_line(1), b"", _line(2), *bad, b"  ", _line(3), _line(4)]))
        done = it.cli("produce", "--file", str(file))
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [
            f"sent {LINES}, acknowledged {LINES}, failed 0",
            "2 empty lines were skipped.",
        ]
        compare.wait_drained(it, it.endpoints()["kafka"])
        yield it
        assert it.stop() == 0
    shutil.rmtree(folder, ignore_errors=True)


def _json(lakehouse: Lakehouse, *arguments: str) -> Any:
    done = lakehouse.cli(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_that_a_files_lines_reach_the_lake_as_they_were(running: Lakehouse) -> None:
    raws = {row["raw"] for row in compare.read(running, Table.BRONZE, "raw")}
    assert {"{no json", '{"event_id": 1}'} < raws
    assert len(raws) == LINES
    reasons = {row["reason"] for row in compare.read(running, Table.QUARANTINE, "reason")}
    assert reasons == {"not_json", "missing_field"}


def test_that_a_line_too_long_for_the_broker_is_counted(running: Lakehouse, folder: Path) -> None:
    before = compare.count(running, Table.BRONZE)
    file = folder / "long.jsonl"
    file.write_bytes(b"x" * (20 << 20) + b"\n")
    done = running.cli("produce", "--file", str(file))
    assert done.returncode == 1
    assert "1 lines are too long" in done.stdout
    assert compare.count(running, Table.BRONZE) == before
    done = running.cli("produce", "--file", str(folder / "none.jsonl"))
    assert done.returncode == 1
    assert "none.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_that_a_second_run_is_refused_with_the_pid_of_the_first(running: Lakehouse) -> None:
    done = running.cli("run", "--headless", "--no-demo")
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"process {running.process.pid}" in done.stderr
    assert running.cli("status").returncode == 0


def test_that_status_has_its_contracted_shape(running: Lakehouse) -> None:
    until(lambda: running.status()["state"] == "READY", 60, "all is ready")
    report = _json(running, "status", "--json")
    wanted = {"name", "provider", "state", "pid", "port", "uptime_s", "restarts", "rss_bytes"}
    for service in report["services"]:
        assert wanted | {"detail"} <= set(service)
        assert service["state"] == "READY"
    names = [service["name"] for service in report["services"]]
    assert names == ["broker", "pipeline", "vectors", "tally", "llm"]
    assert set(report["tables"]) == {table.value for table in Table}
    for table in report["tables"].values():
        assert set(table) == {"rows", "files", "version", "bytes"}
    assert report["tables"]["bronze_events"]["rows"] == LINES


def test_that_endpoints_hold_what_a_client_needs(running: Lakehouse) -> None:
    found = _json(running, "endpoints", "--json")
    kafka = found["kafka"]
    assert kafka["bootstrap_servers"].startswith("127.0.0.1:")
    assert kafka["topic"] == "ecommerce_events"
    assert kafka["username"]
    assert kafka["password"]
    assert set(found["lake"]["tables"]) == {table.value for table in Table}
    file = running.paths.endpoints_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kafka["password"] not in running.cli("endpoints").stdout
    assert kafka["password"] not in running.cli("logs", "pipeline").stdout


SELECT = "SELECT event_id, user_id, ts FROM silver_events ORDER BY event_id"


def test_that_sql_answers_as_json_csv_and_table(running: Lakehouse) -> None:
    answer = _json(running, "sql", SELECT, "--format", "json")
    assert set(answer) == {"columns", "rows", "truncated", "elapsed_ms"}
    assert [c["name"] for c in answer["columns"]] == ["event_id", "user_id", "ts"]
    assert [row[0] for row in answer["rows"]] == ["f1", "f2", "f3", "f4"]
    assert answer["truncated"] is False
    done = running.cli("sql", SELECT, "--format", "csv")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert (rows[0], len(rows)) == (["event_id", "user_id", "ts"], 5)
    done = running.cli("sql", SELECT)
    assert done.returncode == 0
    assert "f4" in done.stdout


def test_that_max_rows_cuts_and_says_so(running: Lakehouse) -> None:
    answer = _json(running, "sql", SELECT, "--format", "json", "--max-rows", "2")
    assert (len(answer["rows"]), answer["truncated"]) == (2, True)
    done = running.cli("sql", SELECT, "--format", "csv", "--max-rows", "4")
    assert (len(done.stdout.splitlines()), done.stderr) == (5, "")
    done = running.cli("sql", SELECT, "--format", "csv", "--max-rows", "3")
    assert "Only the first 3 rows" in done.stderr


def test_that_sql_reads_an_older_version(running: Lakehouse) -> None:
    statement = "SELECT count(*) FROM bronze_events"
    versions = _json(running, "history", "bronze_events", "--json")
    assert [v["version"] for v in versions] == sorted(v["version"] for v in versions)[::-1]
    oldest = versions[-1]
    for as_of in ("0", oldest["time"]):
        answer = _json(running, "sql", statement, "--format", "json", "--as-of", as_of)
        assert answer["rows"] == [[0]]
    done = running.cli("sql", statement, "--as-of", "last tuesday")
    assert done.returncode == 2
    assert "neither a version nor a time" in done.stderr
    done = running.cli("sql", statement, "--as-of", "99999")
    assert done.returncode in (1, 2)
    assert "rt-lakehouse history" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "statement",
    ["SELEKT 1", "SELECT nothing FROM bronze_events", "SELECT * FROM kitchen", "SELECT 1/", ""],
)
def test_that_a_wrong_statement_exits_2_with_a_sentence(running: Lakehouse, statement: str) -> None:
    done = running.cli("sql", statement)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_that_an_unknown_table_is_answered_with_those_there_are(running: Lakehouse) -> None:
    assert "gold_kpis" in running.cli("sql", "SELECT * FROM kitchen").stderr


def test_that_logs_are_shown_and_unknown_ones_are_answered_with_those_there_are(
    running: Lakehouse,
) -> None:
    assert "READY" in running.cli("logs", "pipeline").stdout
    done = running.cli("logs", "kitchen")
    assert done.returncode == 1
    assert "broker, llm, pipeline" in done.stderr


def test_that_demo_events_are_sent_and_acknowledged(running: Lakehouse) -> None:
    before = compare.count(running, Table.BRONZE)
    done = running.cli("produce", "--count", "200", "--rate", "2000", "--seed", "7")
    assert done.returncode == 0, done.stderr
    assert "sent 200, acknowledged 200, failed 0" in done.stdout
    total = compare.wait_drained(running, running.endpoints()["kafka"])
    assert total == before + 200


def test_that_a_question_is_answered_and_goes_on(running: Lakehouse) -> None:
    compare.wait_drained(running, running.endpoints()["kafka"])
    types = [row["event_type"] for row in compare.read(running, Table.SILVER, "event_type")]
    first = _json(running, "ask", "how many page views were there in the last hour?", "--json")
    assert first["badge"] in ("verified", "generated"), first
    assert first["rows"][0][0] == types.count("page_view") >= 4
    second = _json(running, "ask", "as a table", "--conversation", first["conversation"], "--json")
    assert (second["rows"], second["chart"]) == (first["rows"], None)
    refused = running.cli("ask", "?!")
    assert refused.returncode == 2
    assert refused.stderr.strip() == "There is no question. Ask something in words."


def test_that_what_is_known_is_asked_of_the_running_lakehouse(running: Lakehouse) -> None:
    vectors = running.service("vectors")
    assert (vectors["state"], vectors["provider"]) == ("READY", "embedded")
    assert vectors["port"]
    added = running.cli("knowledge", "add", "Llamas are not sold here")
    assert added.returncode == 0, added.stderr
    best = _json(running, "knowledge", "search", "do you sell alpacas or llamas?", "--json")[0]
    assert best["item"]["id"] == added.stdout.strip()
    assert running.cli("knowledge", "delete", added.stdout.strip()).returncode == 0
    assert running.service("vectors")["restarts"] == 0
