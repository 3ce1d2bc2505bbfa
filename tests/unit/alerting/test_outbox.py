"""Rows are kept until the table shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.alerting.outbox import AGAIN_S, Outbox
from engine.contracts.alerts import AlertRow

pytestmark = pytest.mark.unit

ROW = AlertRow(
    alert_id="a-1", raised_at_ms=1, rule="a", severity="info", metric="m", message="It is so."
)
OVER = ROW.model_copy(update={"cleared_at_ms": 5})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outbox.json"


def test_that_a_row_is_due_until_it_was_sent_and_again_later(file: Path) -> None:
    outbox = Outbox(file)
    outbox.put([ROW])
    assert outbox.due(100) == (ROW,)
    outbox.sent([ROW], 100)
    assert outbox.due(100 + AGAIN_S - 1) == ()
    assert outbox.due(100 + AGAIN_S) == (ROW,)


def test_that_a_newer_state_replaces_the_row_and_is_due_at_once(file: Path) -> None:
    outbox = Outbox(file)
    outbox.put([ROW])
    outbox.sent([ROW], 100)
    outbox.put([OVER])
    assert outbox.due(101) == (OVER,)


def test_that_only_the_row_as_it_is_counts_as_written(file: Path) -> None:
    outbox = Outbox(file)
    outbox.put([OVER])
    outbox.confirm([ROW])
    assert outbox.rows == (OVER,)
    outbox.confirm([OVER])
    assert not outbox.rows
    assert not file.exists()


def test_that_rows_survive_a_kill(file: Path) -> None:
    Outbox(file).put([ROW])
    assert Outbox(file).rows == (ROW,)
    assert file.stat().st_mode & 0o777 == 0o600


def test_that_a_damaged_file_does_not_stop_the_start(file: Path) -> None:
    file.write_text("[{", encoding="utf-8")
    assert Outbox(file).rows == ()
