"""The audit in sentences."""

from __future__ import annotations

import pytest

from engine.contracts.names import Table
from engine.contracts.tally import AuditReport, Difference
from engine.readings.audit import audit_line, audit_lines

pytestmark = pytest.mark.unit
LOST = Difference(table=Table.SILVER, kind="lost", text="Five are lost.", records=5)
EDITED = Difference(table=Table.GOLD_KPIS, kind="figures", text="A figure differs.")


def test_that_before_the_first_minute_it_says_so_and_why() -> None:
    report = AuditReport(waiting="It waits.")
    assert audit_lines(report) == ["No minute is audited yet", "It waits."]


def test_that_a_whole_lake_is_one_line() -> None:
    report = AuditReport(since_s=0, audited_until_s=60, minutes=1)
    assert audit_lines(report) == ["Audited to 1970-01-01 00:01 (UTC): 1 minute, 0 lost, 0 doubled"]


def test_that_every_difference_has_its_line() -> None:
    report = AuditReport(
        since_s=0, audited_until_s=60, minutes=1, lost=5, differences=(LOST, EDITED), more=2
    )
    assert audit_line(report).endswith("5 lost, 0 doubled, 3 more differences")
    assert audit_lines(report)[1:] == [
        "Five are lost.",
        "A figure differs.",
        "2 more differences are not listed.",
    ]
