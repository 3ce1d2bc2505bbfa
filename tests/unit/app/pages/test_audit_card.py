"""The Pipeline page's line about the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.context import Context
from app.pages.pipeline.audit import AuditCard
from engine.contracts.names import Table
from engine.contracts.protocol import Audited
from engine.contracts.tally import AuditReport, Difference
from tests.unit.app.pages.standin import StandInDesk

pytestmark = pytest.mark.unit


@pytest.fixture
def card(qtbot: Any, context: Context, tmp_path: Path) -> AuditCard:
    context.desk = StandInDesk(tmp_path)  # type: ignore[assignment]
    made = AuditCard(context)
    qtbot.addWidget(made)
    return made


def test_that_it_is_hidden_until_the_lake_was_looked_at(card: AuditCard) -> None:
    assert card.isHidden()


def test_that_it_says_how_far_the_lake_is_whole(card: AuditCard, context: Context) -> None:
    report = AuditReport(since_s=0, audited_until_s=120, minutes=2)
    context.door.notified.emit("tally", Audited(report=report))
    assert not card.isHidden()
    assert card.line.text().endswith("2 minutes, 0 lost, 0 doubled")
    assert card.line.property("tone") == ""
    assert card.details.isHidden()


def test_that_what_differs_is_listed_in_red(card: AuditCard, context: Context) -> None:
    lost = Difference(table=Table.BRONZE, kind="lost", text="Three are lost.", records=3)
    report = AuditReport(since_s=0, audited_until_s=60, minutes=1, lost=3, differences=(lost,))
    context.door.notified.emit("tally", Audited(report=report))
    assert card.line.property("tone") == "bad"
    assert card.details.text() == "Three are lost."
