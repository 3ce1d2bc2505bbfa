"""What the worker cannot do, and what its end costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.contracts.query import Limits
from engine.query.errors import Cancelled, StatementFailed, WorkerEnded
from engine.query.process import WorkerProcess, worker_env
from engine.query.session import QuerySession

pytestmark = pytest.mark.integration

ENDLESS = "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(i) WHERE a.i + b.i = 7"
DEAF = "SELECT length(CAST(list_reduce(range(4000000), lambda x, y: x + y) AS VARCHAR))"


def pid_of(session: QuerySession) -> int:
    worker = session._worker
    assert worker is not None
    assert worker.pid is not None
    return worker.pid


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


def cancel_when_running(session: QuerySession) -> threading.Thread:
    """Cancels the next statement, a moment after the worker was asked."""

    def cancel() -> None:
        until = time.monotonic() + 30
        while session._asking is None and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)
        session.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    return thread


def test_that_cancel_interrupts_and_keeps_the_worker(session, monkeypatch):
    monkeypatch.setattr("engine.query.process.INTERRUPT_GRACE_S", 20.0)
    session.run("SELECT 1")
    pid = pid_of(session)
    cancelling = cancel_when_running(session)
    with pytest.raises(Cancelled, match="was cancelled"):
        session.run(ENDLESS)
    cancelling.join()
    assert session.run("SELECT 2").rows == 1
    assert pid_of(session) == pid


def test_that_a_worker_that_does_not_hear_is_replaced(session):
    session.run("SELECT 1")
    pid = pid_of(session)
    os.kill(pid, signal.SIGSTOP)
    cancelling = cancel_when_running(session)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        session.run("SELECT 2")
    cancelling.join()
    assert 0.5 <= time.monotonic() - begun < 3
    assert gone(pid)
    assert session.run("SELECT 3").first.columns == (("3",),)


def test_that_a_deadline_is_a_cancel_with_its_reason(lake):
    session = QuerySession(lake, Limits(memory_mb=512), deadline_s=0.5)
    try:
        session.warm()
        with pytest.raises(Cancelled, match=r"longer than 0\.5 s"):
            session.run(ENDLESS)
    finally:
        session.close()


def test_that_a_cancel_of_nothing_does_not_touch_the_next_statement(session):
    session.run("SELECT 1")
    session.cancel()
    assert session.run("SELECT 2").rows == 1


def test_that_an_export_can_be_cancelled_and_leaves_nothing(session, tmp_path):
    session.run("SELECT range FROM range(200000)")
    target = tmp_path / "a.csv"
    target.write_text("as it was")
    with pytest.raises(Cancelled):
        session.export_csv(target, lambda *_: session.cancel())
    assert target.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [target]
    assert session.export_csv(target, lambda *_: None) == 200_000


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_that_the_death_of_the_worker_is_an_error_like_another(session, number):
    session.run("SELECT 1")
    threading.Timer(0.3, os.kill, (pid_of(session), number)).start()
    with pytest.raises(WorkerEnded, match=number.name):
        session.run(ENDLESS)
    with pytest.raises(Exception, match="Run a statement first"):
        session.page(0)
    assert session.run("SELECT 2").first.columns == (("2",),)


def test_that_rows_of_a_dead_worker_are_gone_with_a_sentence(session):
    session.run("SELECT 1")
    os.kill(pid_of(session), signal.SIGKILL)
    assert gone(pid_of(session))
    with pytest.raises(WorkerEnded, match="its result is gone"):
        session.page(0)


def test_that_memory_has_an_end(session):
    for sql in (
        "SELECT list(range) OVER () FROM range(100000)",
        "SELECT length(repeat('a', 1500000000))",
        "SELECT DISTINCT md5(CAST(range AS VARCHAR)) FROM range(50000000)",
    ):
        with pytest.raises((StatementFailed, WorkerEnded)):
            session.run(sql)
        assert session.run("SELECT 1").rows == 1


def test_that_rows_that_do_not_fit_are_cut_and_not_refused(lake):
    session = QuerySession(lake, Limits(memory_mb=512, max_rows=5_000_000))
    try:
        result = session.run("SELECT range, repeat(uuid()::VARCHAR, 20) FROM range(10000000)")
        assert result.rows in (250_000, 12_500)  # the second where memory is in pieces
        assert result.truncated
    finally:
        session.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('{lake}/gold_kpis/_delta_log/00000000000000000000.json')",
        "SELECT * FROM glob('{lake}/**')",
        "SELECT * FROM 'http://127.0.0.1:9/a.parquet'",
        "SELECT * FROM delta_scan('{lake}/gold_kpis')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM duckdb_secrets(), pragma_database_list(), read_blob('/etc/passwd')",
        "SELECT getenv('HOME')",
        "SELECT * FROM session",
    ],
)
def test_that_nothing_but_the_named_tables_can_be_read(shared, lake, sql):
    root = str(lake._root).replace("'", "''")
    with pytest.raises(StatementFailed):
        shared.run(sql.format(lake=root))


def test_that_a_table_that_is_not_named_is_not_there(shared):
    with pytest.raises(StatementFailed, match="query_table is not allowed"):
        shared.run("SELECT * FROM query_table('gold' || '_kpis')")


def test_that_the_worker_knows_none_of_our_secrets(monkeypatch, lake):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "secret")
    assert "sk-secret" not in worker_env().values()
    session = QuerySession(lake)
    try:
        session.run("SELECT 1")
        environment = Path(f"/proc/{pid_of(session)}/environ").read_bytes()
    finally:
        session.close()
    assert b"secret" not in environment
    assert b"HOME" not in environment


def test_that_the_worker_can_write_no_file_and_has_no_socket(session):
    session.run("SELECT 1")
    folder = Path(f"/proc/{pid_of(session)}")
    limits = (folder / "limits").read_text()
    assert "Max file size             0" in limits
    assert not [f for f in (folder / "fd").iterdir() if "socket" in str(f.readlink())]


def test_that_close_ends_the_worker(lake):
    session = QuerySession(lake)
    session.run("SELECT 1")
    pid = pid_of(session)
    session.close()
    assert gone(pid)


def test_that_a_worker_that_cannot_start_is_a_sentence():
    worker = WorkerProcess(Limits(), lambda _limits: ["/none/such"])
    from engine.contracts.query import Vocabulary

    with pytest.raises(WorkerEnded, match="could not be started: No such file"):
        worker.ask(Vocabulary(id=1))
    worker = WorkerProcess(Limits(), lambda _limits: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(WorkerEnded, match="ended with status 3"):
        worker.ask(Vocabulary(id=1))


def test_that_a_worker_that_speaks_nonsense_is_ended():
    from engine.contracts.query import Vocabulary

    script = "import sys, time; sys.stdout.write('x' * 100); sys.stdout.flush(); time.sleep(60)"
    worker = WorkerProcess(Limits(), lambda _limits: [sys.executable, "-c", script])
    with pytest.raises(WorkerEnded, match="SIGKILL"):
        worker.ask(Vocabulary(id=1))


def test_that_a_worker_dies_with_the_program(tmp_path):
    script = (
        "import sys, time\n"
        "from engine.lake import LakeReader\n"
        "from engine.query.session import QuerySession\n"
        "from pathlib import Path\n"
        "s = QuerySession(LakeReader(Path(sys.argv[1])))\n"
        "s.run('SELECT 1')\n"
        "print(s._worker.pid, flush=True)\n"
        "s.run(sys.argv[2])\n"
    )
    checkout = Path(__file__).resolve().parents[3]
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), ENDLESS],
        stdout=subprocess.PIPE,
        text=True,
        cwd=checkout,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not gone(pid, 0.1)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(pid)
