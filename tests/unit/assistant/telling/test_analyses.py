"""A forecast and an explanation, as they are told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from engine.assistant.analysis.series import Series
from engine.assistant.running import MOST_ROWS
from engine.assistant.telling.change import told_change
from engine.assistant.telling.fields import Field
from engine.assistant.telling.forecast import told_forecast
from tests.unit.assistant.doubles import rows_of

pytestmark = pytest.mark.unit

START = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)
ORDERS = Field("orders", "orders", "metric", additive=True)


def test_that_a_forecast_reaches_as_far_as_was_asked() -> None:
    values = np.random.default_rng(5).poisson(20, 120).astype(np.float64)
    past = Series(START, dt.timedelta(minutes=1), values)
    near = told_forecast(past, ORDERS, rows_of(), 180)
    assert "in the next 3 hours, from 2026-03-04 12:00 to 15:00 UTC" in near.text
    assert (len(near.rows.rows), len(near.notes)) == (120 + 180, 1)
    far = told_forecast(past, ORDERS, rows_of(), 1_440)
    assert "in the next 24 hours, from 2026-03-04 12:00 to 2026-03-05 12:00 UTC" in far.text
    assert len(far.rows.rows) == 120 + 360 < MOST_ROWS
    assert not far.rows.truncated
    assert "One minute in 4 is shown" in far.notes[1]
    last = far.rows.rows[-1]
    assert last[3] <= last[2] <= last[4], "it has its band"


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (3.0, 40_613.0, "went up from 3 to 40,613."),
        (0.0, 12.0, "went up from 0 to 12."),
        (10.0, 12.0, ": 12 after 10 before, up 20.0 %."),
    ],
)
def test_that_a_change_of_next_to_nothing_has_no_per_cent(
    before: float, now: float, said: str
) -> None:
    rows = rows_of(("", "", before, now))
    told = told_change("why did orders rise", rows, ORDERS, "in the last hour", {})
    assert told.text == f"Orders in the last hour {said}".replace(" :", ":")
