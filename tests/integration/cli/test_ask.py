"""The command ``ask`` on a lake whose program does not run: no service, no network, no model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.lakehouse import Lakehouse
from tests.helpers.demo_lake import make_demo_lake

pytestmark = pytest.mark.integration


@pytest.fixture
def filled(stopped: Lakehouse) -> Lakehouse:
    """A data folder with an hour of the demo shop, up to now."""
    make_demo_lake(stopped.root / "lake", hours=0.5, rate=3.0)
    return stopped


def _ask(lakehouse: Lakehouse, *arguments: str) -> dict[str, Any]:
    done = lakehouse.cli("ask", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_that_a_question_is_answered_as_json_and_its_conversation_goes_on(
    filled: Lakehouse,
) -> None:
    first = _ask(filled, "orders by country in the last hour")
    assert first["badge"] in ("verified", "generated")
    assert first["columns"][0]["name"] == "country"
    assert first["rows"]
    assert first["sql"].upper().startswith("SELECT")
    assert first["chart"]["kind"] == "bar"
    assert (first["model"], first["repairs"]) == (None, 0)
    assert first["elapsed_ms"] > 0
    second = _ask(filled, "only Germany", "--conversation", first["conversation"])
    assert second["conversation"] == first["conversation"]
    assert "DE" in second["answer"]
    assert second["rows"][0][0] == next((r[1] for r in first["rows"] if r[0] == "DE"), 0)
    file = filled.root / "conversations.sqlite"
    assert file.stat().st_mode & 0o777 == 0o600


def test_that_refusing_and_asking_back_are_no_failures(filled: Lakehouse) -> None:
    refused = _ask(filled, "Delete all orders")
    assert (refused["badge"], refused["sql"], refused["rows"]) == ("refused", None, [])
    unclear = _ask(filled, "frobnicate")
    assert (unclear["badge"], unclear["chart"]) == ("clarify", None)
    assert unclear["suggestions"]


def test_that_a_person_reads_sentence_rows_and_sql(filled: Lakehouse) -> None:
    done = filled.cli("ask", "orders by device in the last hour")
    assert done.returncode == 0, done.stderr
    assert "mobile" in done.stdout
    assert "SELECT" in done.stdout
    assert "--conversation" in done.stdout


def test_that_an_empty_folder_and_an_empty_question_get_one_sentence(stopped: Lakehouse) -> None:
    done = stopped.cli("ask", "orders in the last hour", "--json")
    assert done.returncode == 1
    assert "no table" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    done = stopped.cli("ask", "?!")
    assert done.returncode == 2
    assert done.stderr.strip() == "There is no question. Ask something in words."
