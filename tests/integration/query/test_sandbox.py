"""The second layer alone: what gets through where the guard is not asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.query.process import worker_env
from tests.integration.query.lakes import fingerprint, make_lake
from tests.integration.query.unguarded import OK
from tests.unit.query.attacks import ADDRESSES, FILES, SETTINGS, WRITES

pytestmark = pytest.mark.integration

HARMLESS = """
WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM "/etc/passwd"
ATTACH ':memory:' AS a
USE memory
CREATE TABLE a AS SELECT 1
CREATE TEMP TABLE a (b INT)
CREATE OR REPLACE VIEW gold_kpis AS SELECT 1 AS orders
CREATE MACRO f(x) AS x + 1
CREATE SCHEMA a
CREATE TYPE a AS ENUM ('x')
CREATE SEQUENCE s
DROP VIEW gold_kpis
DROP SCHEMA rows CASCADE
VACUUM
CHECKPOINT
ANALYZE
BEGIN TRANSACTION
SET VARIABLE x = 1
PRAGMA version
PRAGMA database_list
CALL pragma_version()
CALL enable_logging()
SELECT getvariable('x')
SELECT current_setting('allowed_paths')
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_views()
SELECT * FROM pragma_database_size()
SELECT * FROM information_schema.tables
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM sqlite_master
SELECT * FROM duckdb_logs
SHOW DATABASES
SHOW TABLES FROM memory
PREPARE a AS SELECT 1
SELECT txid_current()
SELECT current_query()
SELECT write_log('x')
SELECT setseed(0.5)
SELECT nextval('s')
SELECT version(), current_schemas(true)
""".strip().splitlines()
"""What DuckDB itself lets through: it reads, makes or changes only what is in the worker's memory
and ends with the query, or tells the paths of files that the query may read anyway."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    root: Path = tmp_path_factory.mktemp("lake")
    make_lake(root, rows=20)
    return root


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Path:
    """Stands for the folder that statements would write to."""
    folder: Path = tmp_path_factory.mktemp("elsewhere")
    return folder


@pytest.fixture(scope="module")
def answer(lake, elsewhere) -> dict[str, Any]:
    """What became of each statement, by its text in the list."""
    meant = {
        sql.replace("/tmp", str(elsewhere)).replace("{lake}", str(lake)): sql
        for sql in (*FILES, *ADDRESSES, *WRITES, *SETTINGS)
    }
    before = fingerprint(lake)
    run = subprocess.run(
        [sys.executable, "-m", "tests.integration.query.unguarded", str(lake)],
        input=json.dumps(list(meant)),
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        env=worker_env(),
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert fingerprint(lake) == before
    found: dict[str, Any] = json.loads(run.stdout)
    found["through"] = {meant[sql] for sql, told in found["statements"].items() if told == OK}
    return found


def test_that_only_what_harms_nobody_gets_past_duckdb(answer):
    assert len(answer["statements"]) >= 120
    assert answer["through"] <= set(HARMLESS)


def test_that_no_file_is_written(answer, elsewhere):
    assert not list(elsewhere.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
def test_that_the_kernel_denies_what_python_itself_tries(answer):
    assert answer["confined"] is True
    through = {name for name, outcome in answer["attempts"].items() if outcome == OK}
    assert not through
    assert len(answer["attempts"]) >= 20


def test_that_reading_goes_on(answer):
    assert answer["alive"] == 20
