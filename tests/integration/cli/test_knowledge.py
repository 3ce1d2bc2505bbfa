"""The command ``knowledge`` on a data folder on which nothing runs."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from tests.e2e.lakehouse import Lakehouse

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def ok(lakehouse: Lakehouse, *arguments: str) -> str:
    done = lakehouse.cli("knowledge", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def listed(lakehouse: Lakehouse, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ok(lakehouse, *arguments, "--json"))
    return found


def test_that_items_are_added_found_changed_and_removed(stopped: Lakehouse) -> None:
    number = ok(stopped, "add", "How many llamas?", "--kind", "question", "--sql", "SELECT 1 AS n")
    best = listed(stopped, "search", "count of llamas", "--limit", "1")[0]
    assert best["item"]["id"] == number
    assert best["item"]["payload"]["sql"] == "SELECT 1 AS n"
    ok(stopped, "edit", number[:8], "--title", "How many alpacas?", "--text", "How many alpacas?")
    (own,) = [each for each in listed(stopped, "list") if each["origin"] == "user"]
    assert own["title"] == "How many alpacas?"
    assert own["payload"] == {"sql": "SELECT 1 AS n", "question": "How many alpacas?"}
    assert ok(stopped, "delete", number) == f"{number} How many alpacas?"
    assert not [each for each in listed(stopped, "list") if each["origin"] == "user"]


def test_that_status_tells_how_much_the_pack_knows(stopped: Lakehouse) -> None:
    status = json.loads(ok(stopped, "status", "--json"))
    assert status["provider"] == "embedded"
    assert status["pack"].startswith("ecommerce ")
    assert status["items"] == len(listed(stopped, "list"))
    assert status["items"] > len(listed(stopped, "list", "--kind", "metric")) > 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "How many?", "--kind", "question"), "A question needs the SQL"),
        (("delete", "ffffffff"), "No item has an id that begins with 'ffffffff'"),
        (("add", "A page", "--file", "/nowhere/x"), "cannot be read"),
    ],
)
def test_that_what_cannot_be_done_is_one_sentence(
    stopped: Lakehouse, arguments: tuple[str, ...], sentence: str
) -> None:
    done = stopped.cli("knowledge", *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_that_an_external_store_that_is_not_there_is_told(stopped: Lakehouse) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]
    stopped.env["QDRANT_URL"] = f"http://127.0.0.1:{nobody}"
    done = stopped.cli("knowledge", "status")
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "QDRANT_URL" in done.stderr
