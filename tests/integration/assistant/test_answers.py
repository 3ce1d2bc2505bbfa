"""What a card does with its statement: run it again, check one, save every row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.contracts.assistant import Answer
from engine.contracts.chart import ChartSpec
from engine.lake import LakeReader
from engine.query.errors import StatementFailed
from engine.readings.answers import AnswerDesk
from engine.settings import QuerySettings

pytestmark = pytest.mark.integration

ASKED = Answer(
    "revenue by country",
    "US brings the most.",
    "verified",
    "talk",
    id="turn",
    sql="SELECT 1",
    chart=ChartSpec(kind="bar", x="country", y=("gmv_usd",)),
)
RANKED = """SELECT value AS country, sum(gmv_usd) AS gmv_usd FROM gold_segments
WHERE dimension = 'country' GROUP BY value ORDER BY gmv_usd DESC"""


@pytest.fixture
def desk(lake: LakeReader) -> AnswerDesk:
    return AnswerDesk(lake, QuerySettings())


def test_that_a_changed_statement_gives_its_rows_and_the_same_kind_of_chart(
    desk: AnswerDesk,
) -> None:
    found = desk.run_again(ASKED, RANKED)
    assert (found.id, found.question, found.sql) == ("turn", "revenue by country", RANKED)
    assert [column.name for column in found.columns] == ["country", "gmv_usd"]
    assert found.rows[0][1] >= found.rows[1][1] > 0
    assert found.chart == ChartSpec(kind="bar", x="country", y=("gmv_usd",))


def test_that_a_result_of_another_shape_gets_another_chart(desk: AnswerDesk) -> None:
    found = desk.run_again(ASKED, "SELECT count(*) AS events FROM silver_events")
    assert found.chart == ChartSpec(kind="number", y=("events",))
    assert desk.run_again(ASKED, "SELECT 'word' AS word").chart is None


def test_that_what_may_not_run_is_refused_and_checked_without_running(desk: AnswerDesk) -> None:
    desk.check(RANKED)
    for sql in ("DROP TABLE gold_kpis", "SELECT nowhere FROM gold_kpis"):
        with pytest.raises(StatementFailed):
            desk.run_again(ASKED, sql)
        with pytest.raises(StatementFailed):
            desk.check(sql)


def test_that_every_row_is_saved_though_the_card_has_a_thousand(
    desk: AnswerDesk, tmp_path: Path
) -> None:
    found = desk.run_again(ASKED, "SELECT event_id FROM silver_events LIMIT 2500")
    assert (len(found.rows), found.truncated) == (1_000, True)
    assert desk.save_csv(found, tmp_path / "all.csv") == 2_500
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 2_501
    few = replace(found, rows=found.rows[:2], truncated=False)
    assert desk.save_csv(few, tmp_path / "few.csv") == 2
    assert len((tmp_path / "few.csv").read_text().splitlines()) == 3
