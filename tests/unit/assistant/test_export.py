"""An answer's rows as CSV."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.assistant.export import csv_bytes
from engine.contracts.assistant import Answer, AnswerColumn

pytestmark = pytest.mark.unit

ANSWER = Answer("q", "a", "verified", "c", columns=(AnswerColumn("x", "DOUBLE"),))


def test_that_null_is_an_empty_cell() -> None:
    assert csv_bytes(replace(ANSWER, rows=((None,), (1.5,)))) == b'x\n""\n1.5\n'


def test_that_times_are_utc() -> None:
    moment = dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert csv_bytes(replace(ANSWER, rows=((moment,),))) == b"x\n2026-01-02T02:00:00Z\n"
