"""How figures and times are written."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from app import formats

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.number(1234567), "1,234,567"),
        (formats.number(None), "–"),
        (formats.number(float("nan")), "–"),
        (formats.compact(950), "950"),
        (formats.compact(1.5), "1.5"),
        (formats.compact(12_345), "12.3 k"),
        (formats.compact(2_500_000), "2.5 M"),
        (formats.money(1234.5), "$1,234.50"),
        (formats.money(-3), "−$3.00"),
        (formats.money_compact(9_999), "$9,999.00"),
        (formats.money_compact(123_456), "$123.5 k"),
        (formats.percent(0.034), "3.4 %"),
        (formats.change(0.123), "+12.3 %"),
        (formats.change(-0.05), "−5.0 %"),
        (formats.change(0.0), "±0.0 %"),
        (formats.size(999), "999 B"),
        (formats.size(12_300), "12.3 kB"),
        (formats.size(12_300_000), "12.3 MB"),
        (formats.rate(301.4), "301 events/s"),
        (formats.rate(0.5), "0.5 events/s"),
        (formats.duration_ms(840), "840 ms"),
        (formats.duration_ms(1240), "1.2 s"),
        (formats.duration_s(185), "3 min 5 s"),
        (formats.duration_s(7_440), "2 h 4 min"),
        (formats.duration_s(273_600), "3 d 4 h"),
        (formats.duration_s(59.9), "60 s"),
        (formats.ago(1.4), "just now"),
        (formats.ago(12), "12 s ago"),
    ],
)
def test_that_figures_are_written_with_units(written, expected):
    assert written == expected


def test_that_times_are_local_with_utc_on_hover(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        naive = dt.datetime(2026, 3, 1, 11, 31, 5)
        assert formats.local_time(naive) == "17:01:05"
        assert formats.local_time(naive, seconds=False, date=True) == "2026-03-01 17:01"
        assert formats.utc_tooltip(naive.replace(tzinfo=dt.UTC)) == "2026-03-01 11:31:05 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()
