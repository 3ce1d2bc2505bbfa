"""Commands about versions of a table: what they print, ask and send."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.cli import maintain, operate, rebuild, restore_table
from engine.cli.main import build_parser, main
from engine.cli.operate import _follow, progress
from engine.contracts.names import Table
from engine.domain import load_pack
from engine.errors import LakehouseError
from pipelines.tables import Lake, ensure_tables
from tests.unit.pipelines.lakes import commit

pytestmark = pytest.mark.unit

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch) -> Lake:
    """Three versions of ``alerts`` in the data folder that the commands look at."""
    monkeypatch.setenv("RTLAKEHOUSE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DELTA_PATH", raising=False)
    made = Lake(tmp_path / "lake")
    ensure_tables(made, load_pack(SHIPPED))
    for _ in range(2):
        commit(made, Table.ALERTS)
    return made


@pytest.fixture
def sent(monkeypatch) -> list[dict[str, Any]]:
    """What would have been asked of the running lakehouse."""
    requests: list[dict[str, Any]] = []

    def carry_out(request: dict[str, Any], tell: Any = None) -> str:
        requests.append(request)
        return "complete"

    for module in (rebuild, restore_table, maintain):
        monkeypatch.setattr(module, "carry_out", carry_out)
    return requests


def test_that_a_restore_says_what_will_change_before_it_is_done(lake, sent, capsys) -> None:
    assert main(["restore-table", "alerts", "1", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "2 rows now, 1 row then (−1). 1 newer commit undone" in said
    assert "alerts is restored to version 1." in said
    assert sent == [{"op": "restore-table", "table": "alerts", "version": 1}]


def test_that_nothing_is_restored_without_a_yes(lake, sent, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    assert main(["restore-table", "alerts", "1"]) == 2
    assert "Nothing was changed." in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", lambda _prompt: "n")
    assert main(["restore-table", "alerts", "1"]) == 2
    assert sent == []
    monkeypatch.setattr("builtins.input", lambda _prompt: "Y")
    assert main(["restore-table", "alerts", "1"]) == 0
    assert len(sent) == 1


def test_that_a_version_that_is_not_there_is_refused_at_once(lake, sent, capsys) -> None:
    assert main(["restore-table", "alerts", "9", "--yes"]) == 1
    assert "no version 9: its newest is 2" in capsys.readouterr().err
    assert sent == []


def test_that_compare_tells_the_difference(lake, capsys) -> None:
    assert main(["compare", "alerts", "1", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["a"]["rows"], found["b"]["rows"], found["same"]) == (1, 2, False)
    assert main(["compare", "alerts", "1", "2"]) == 0
    said = capsys.readouterr().out
    assert "Only in version 2: 1 row" in said
    assert main(["compare", "alerts", "1", "1"]) == 0
    assert "The rows are the same." in capsys.readouterr().out


def test_that_history_lists_the_commits(lake, capsys) -> None:
    assert main(["history", "alerts", "--json"]) == 0
    assert [row["version"] for row in json.loads(capsys.readouterr().out)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ([], {"tables": ["silver", "gold"]}),
        (["gold"], {"tables": ["gold"]}),
        (
            ["--since", "2026-01-31T12:00:00Z", "--until", "2026-01-31T14:00+01:00"],
            {"tables": ["gold"], "since_ms": 1_769_860_800_000, "until_ms": 1_769_864_400_000},
        ),
        (["gold", "--until", "1970-01-01"], {"tables": ["gold"], "until_ms": 0}),
    ],
)
def test_that_a_rebuild_asks_for_its_parts_and_range(sent, words, request_) -> None:
    assert main(["rebuild", *words]) == 0
    assert sent == [{"op": "rebuild", **request_}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["silver", "--since", "2026-01-31"], "in gold only"),
        (["bronze"], "bronze cannot be rebuilt"),
    ],
)
def test_that_a_rebuild_that_makes_no_sense_exits_2(sent, capsys, words, said: str) -> None:
    assert main(["rebuild", *words]) == 2
    assert said in capsys.readouterr().err
    assert sent == []


def test_that_a_time_that_is_none_is_a_misuse(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser("rebuild").parse_args(["rebuild", "--since", "yesterday"])
    assert ended.value.code == 2
    assert "2026-01-31T12:00:00Z" in capsys.readouterr().err


def test_that_a_cancelled_rebuild_is_told_and_is_no_success(sent, capsys, monkeypatch) -> None:
    monkeypatch.setattr(rebuild, "carry_out", lambda _request: "cancelled")
    assert main(["rebuild"]) == 1
    assert "as they were" in capsys.readouterr().out


def _step(**fields: Any) -> dict[str, Any]:
    return {"operation": "maintain", "done": 1, "total": 7, "detail": "", **fields}


def test_that_each_step_is_told_once(capsys) -> None:
    told: list[dict[str, Any]] = []
    answers = [_step(), _step(), _step(done=2), {"done": True, "outcome": "complete"}]
    assert _follow(iter(answers), told.append) == "complete"
    assert [step["done"] for step in told] == [1, 2]
    progress(_step(detail="12 files into 1"))
    progress(_step())
    assert capsys.readouterr().err == "maintain: 12 files into 1\nmaintain: 1 of 7\n"


def test_that_an_operation_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(LakehouseError, match="was cut off"):
        _follow(iter([_step()]), operate.progress)
