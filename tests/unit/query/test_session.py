"""What a session refuses before any worker is asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.query.errors import Cancelled, StatementFailed
from engine.query.session import QuerySession

pytestmark = pytest.mark.unit


def test_that_half_a_character_is_refused_at_once_and_not_waited_for() -> None:
    lake: Any = SimpleNamespace(tables=lambda: ())

    def start(_limits: object) -> Any:
        raise AssertionError("a worker was started for it")

    with pytest.raises(StatementFailed, match="half a character") as refused:
        QuerySession(lake, start=start).run("SELECT '\ud83d'")
    assert refused.value.position == 8


def test_that_a_statement_given_up_before_it_was_run_is_not_run() -> None:
    lake: Any = SimpleNamespace(tables=lambda: ())

    def start(_limits: object) -> Any:
        raise AssertionError("a worker was started for it")

    session = QuerySession(lake, start=start)
    session.cancel()
    with pytest.raises(Cancelled):
        session.run("SELECT 1", given_up=lambda: True)
