from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from engine.contracts.names import Table
from engine.readings.quality import read_quality
from tests.unit.readings.refusals import NOON, batch, reader, refused, write

pytestmark = pytest.mark.unit

MINUTE = dt.timedelta(minutes=1)


def test_that_counts_are_by_minute_and_accepted_is_the_rest(tmp_path: Path) -> None:
    rows = [
        batch(NOON - 2 * MINUTE, input_rows=100, rejected=5, duplicates=3, late=2),
        batch(NOON - 2 * MINUTE, input_rows=10, rejected=0, duplicates=0, late=1),
        batch(NOON, input_rows=7, rejected=7),
    ]
    write(tmp_path, Table.METRICS, rows)

    shown = read_quality(reader(tmp_path), 600, NOON + 20 * dt.timedelta(seconds=1))

    assert len(shown.at) == 10
    assert shown.at[-1] == NOON.timestamp()
    assert shown.counts["accepted"][-3:].tolist() == [102.0, 0.0, 0.0]
    assert shown.counts["late"][-3:].tolist() == [3.0, 0.0, 0.0]
    assert shown.error_share[-3] == pytest.approx(5 / 110)
    assert np.isnan(shown.error_share[-2])
    assert shown.error_share[-1] == 1.0
    assert shown.total("rejected") == 12
    assert shown.total_share == pytest.approx(12 / 117)


def test_that_anomalies_are_found_against_the_hour_before_the_window(tmp_path: Path) -> None:
    rows = [batch(NOON - at * MINUTE, input_rows=1000 + at % 7) for at in range(1, 70)]
    rows[4]["rejected"] = 400
    # The minute in hand is only half done, and its low count says nothing.
    rows.append(batch(NOON, input_rows=10))
    write(tmp_path, Table.METRICS, rows)

    shown = read_quality(reader(tmp_path), 600, NOON + MINUTE / 2)

    (found,) = shown.anomalies["rejected"]
    assert shown.at[found.index] == (NOON - 5 * MINUTE).timestamp()
    assert [shown.at[a.index] for a in shown.anomalies["accepted"]] == [shown.at[found.index]]
    assert shown.anomalies["duplicates"] == ()


def test_that_reasons_are_ranked_with_their_share_of_the_window(tmp_path: Path) -> None:
    rows = [refused(at) for at in range(3)] + [refused(9, reason="not_json", detail="no JSON")]
    rows.append(refused(0, kafka_ts=NOON - 60 * MINUTE, reason="too_late"))
    write(tmp_path, Table.QUARANTINE, rows)

    reasons = read_quality(reader(tmp_path), 600, NOON + MINUTE).reasons

    assert [(r.reason, r.records, r.share) for r in reasons] == [
        ("negative_price", 3, 0.75),
        ("not_json", 1, 0.25),
    ]
    assert reasons[0].newest == NOON + dt.timedelta(seconds=2)


def test_that_an_empty_lake_has_nothing_to_show(tmp_path: Path) -> None:
    shown = read_quality(reader(tmp_path), 600, NOON)
    assert shown.total("accepted") == 0
    assert shown.total_share is None
    assert shown.reasons == ()
