"""The Data page on a small real lake: what it shows, asks and sends."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from PySide6.QtCore import Qt

from app.context import Context
from app.formats import local_time, utc_tooltip
from app.models.arrow_page import ArrowPageModel, cell_text, cell_tooltip
from app.pages.data import DataPage
from app.pages.data import page as page_module
from app.pages.data.history import files_words, operation_words
from app.pages.data.page import facts_words
from app.pages.data.versions import VersionPicker, version_text
from engine.contracts.names import State, Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import Maintain, RestoreTable, Step
from engine.domain import load_pack
from engine.errors import LakehouseError
from engine.host.follow import Refused
from engine.lake import LakeReader
from engine.readings.data import PAGE_ROWS, table_cards, table_history
from pipelines.tables import Lake, ensure_tables
from tests.unit.lake.conftest import SHIPPED
from tests.unit.pipelines.lakes import commit

pytestmark = pytest.mark.unit


class FakeDesk:
    """A lake without a pipeline; long commands answer with ``answers``."""

    def __init__(self, lake: Lake, pack: Any = None) -> None:
        self.lake = LakeReader(lake.root)
        self.pack = pack
        self.settings = SimpleNamespace(auto_refresh_interval=2.0)
        self.state = State.READY
        self.sent: list[Any] = []
        self.answers: list[Any] = []

    def snapshot(self) -> Any:
        return SimpleNamespace(services=[SimpleNamespace(name="pipeline", state=self.state)])

    def follow(self, command: Any) -> Iterator[Step]:
        self.sent.append(command)
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory, pack: PackSpec) -> Lake:
    made = Lake(tmp_path_factory.mktemp("made") / "lake")
    ensure_tables(made, pack)
    for _ in range(3):
        commit(made, Table.ALERTS)
    return made


@pytest.fixture
def lake(tmp_path, made_once: Lake) -> Lake:
    """Three rows of ``alerts``, in three versions after the first."""
    return Lake(Path(shutil.copytree(made_once.root, tmp_path / "lake")))


@pytest.fixture
def desk(lake: Lake, context: Context, pack: PackSpec) -> FakeDesk:
    made = FakeDesk(lake, pack)
    context.desk = made  # type: ignore[assignment]  # what the page uses of it
    return made


@pytest.fixture
def page(desk: FakeDesk, context: Context, qtbot) -> Iterator[DataPage]:
    made = DataPage(context)
    qtbot.addWidget(made)
    made.resize(1100, 690)
    made.show()
    made.shown()
    made.receive("alerts")
    qtbot.waitUntil(lambda: made.name.text() == "alerts")
    yield made
    made.hidden()


def _tab(page: DataPage, pane: Any, qtbot) -> None:
    page.tabs.setCurrentWidget(pane)
    qtbot.waitUntil(lambda: not pane.reading and pane.content.currentIndex() == 1)


def test_that_the_tables_are_listed_and_the_chosen_one_described(page: DataPage, qtbot) -> None:
    assert page.list.cards.rowCount() == len(Table)
    assert page.facts.text().startswith("One row an alert · 3 rows · ")
    assert "version 3" in page.facts.text()
    qtbot.waitUntil(lambda: page.schema.model.rowCount() > 0)
    names = [page.schema.model.row(n).name for n in range(page.schema.model.rowCount())]
    assert names[0] == "alert_id"


def test_that_no_table_is_said_and_what_to_do(context: Context, tmp_path, qtbot) -> None:
    context.desk = FakeDesk(Lake(tmp_path / "nothing"))  # type: ignore[assignment]  # as above
    page = DataPage(context)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: page.empty.heading.text() == "There are no tables yet")
    assert not page.splitter.isVisible()
    page.hidden()


def test_that_rows_of_an_old_version_are_shown(page: DataPage, qtbot) -> None:
    _tab(page, page.rows, qtbot)
    assert page.rows.model.rowCount() == 3
    assert "1–3 of 3 rows · version 3" in page.rows.place.text()
    page.look_at(1)
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 1)
    assert "version 1" in page.rows.place.text()
    assert page.rows.picker.version == 1


def test_that_a_version_can_be_typed(page: DataPage, qtbot) -> None:
    _tab(page, page.rows, qtbot)
    line = page.rows.picker.lineEdit()
    assert line is not None
    line.setText("2")
    line.returnPressed.emit()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 2)
    line.setText("77")
    line.returnPressed.emit()
    qtbot.waitUntil(lambda: "no version 77" in page.rows.placeholder.heading.text())


def test_that_rows_are_turned_page_by_page(page: DataPage, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.pages.data.rows.PAGE_ROWS", 2)
    _tab(page, page.rows, qtbot)
    assert PAGE_ROWS > 3
    assert not page.rows.next.isEnabled()
    page.rows._turn(1)
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 1)
    assert page.rows.place.text().startswith("3–3 of 3 rows")
    assert page.rows.model.headerData(0, Qt.Orientation.Vertical) == 3
    page.rows.previous.click()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 3)


def test_that_newer_versions_are_told_beside_the_rows_that_stay(
    page: DataPage, lake: Lake, qtbot
) -> None:
    _tab(page, page.rows, qtbot)
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(lambda: "newest is 4" in page.rows.place.text())
    assert page.rows.model.rowCount() == 3
    page.rows.newer.click()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 4)


def test_that_history_follows_the_table_and_keeps_the_choice(
    page: DataPage, lake: Lake, qtbot
) -> None:
    _tab(page, page.history, qtbot)
    page.history.select(1)
    assert page.history.restore.isEnabled()
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 5)
    chosen = page.history.selected()
    assert chosen is not None
    assert chosen.version == 1
    page.history.select(4)
    assert not page.history.restore.isEnabled(), "the current version cannot be restored"
    assert page.history.look.isEnabled()


def test_that_a_choice_that_fell_out_of_the_list_is_no_choice_any_more(
    page: DataPage, lake: Lake, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr("app.pages.data.history.PAGE", 2)
    _tab(page, page.history, qtbot)
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 2)
    page.history.select(2)
    assert page.history.restore.isEnabled()
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(lambda: page.history.model.row(0).version == 4)
    assert page.history.selected() is None
    assert not page.history.restore.isEnabled()


def test_that_the_picker_tells_versions_as_history_does(lake: Lake) -> None:
    history = table_history(LakeReader(lake.root), Table.ALERTS, 0, 1)
    today = replace(history.commits[0], operation="MERGE", version=86)
    text = version_text(today)
    assert text == f"86 · {local_time(today.time)} · Rows merged in"
    older = replace(today, time=today.time - dt.timedelta(days=3))
    assert version_text(older).startswith(f"86 · {local_time(older.time, date=True)} · ")
    picker = VersionPicker("Version")
    picker.set_commits([today])
    assert picker.itemData(1, Qt.ItemDataRole.ToolTipRole) == utc_tooltip(today.time)
    picker.choose(86)
    assert utc_tooltip(today.time) in picker.toolTip()


def test_that_history_is_read_on_in_pages(page: DataPage, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.pages.data.history.PAGE", 2)
    _tab(page, page.history, qtbot)
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 2)
    page.history.more.click()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 4)
    assert not page.history.more.isEnabled()
    assert page.history.count.text() == "4 of 4 versions"


def test_that_a_version_is_compared_with_the_current_one(page: DataPage, qtbot) -> None:
    _tab(page, page.history, qtbot)
    page.history.select(3)
    page.history.select(1)
    page.history.compare.click()
    qtbot.waitUntil(lambda: bool(page.compare.summary.text()))
    assert page.tabs.currentWidget() is page.compare
    # The rows have no id, so that they are told apart by nothing: none is on one side only.
    assert page.compare.figures._cells[1][1].text() == "1"
    assert page.compare.figures._cells[1][2].text() == "3"
    assert page.compare.figures._cells[1][3].text() == "+2"


STEPS = [
    Step(operation="restore alerts", done=0, total=1),
    Step(operation="restore", done=1, total=1, detail="complete"),
]


def _ask_restore(page: DataPage, qtbot, monkeypatch, answer: bool) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    def confirm(_parent: Any, title: str, text: str, _action: str, *, danger: bool) -> bool:
        assert danger
        asked.append((title, text))
        return answer

    monkeypatch.setattr(page_module, "confirm", confirm)
    page.ask_restore(1)
    qtbot.waitUntil(lambda: bool(asked))
    return asked


def test_that_a_restore_says_what_changes_and_is_sent_after_a_yes(
    page: DataPage, desk: FakeDesk, qtbot, monkeypatch
) -> None:
    desk.answers = STEPS
    ((title, text),) = _ask_restore(page, qtbot, monkeypatch, True)
    assert title == "Restore alerts to version 1?"
    assert "3 rows now, 1 row then (−2). 2 newer commits undone" in text
    qtbot.waitUntil(lambda: "is restored to version 1" in page.operation.label.text())
    assert desk.sent == [RestoreTable(table=Table.ALERTS, version=1)]
    assert not page.operation.running
    page.operation.close_button.click()
    assert not page.operation.isVisible()


def test_that_a_no_sends_nothing(page: DataPage, desk: FakeDesk, qtbot, monkeypatch) -> None:
    _ask_restore(page, qtbot, monkeypatch, False)
    assert desk.sent == []
    assert not page.operation.isVisible()


def test_that_a_refused_restore_shows_its_sentence(
    page: DataPage, desk: FakeDesk, qtbot, monkeypatch
) -> None:
    desk.answers = [Refused("The broker no longer has 4 of the records.", "")]
    _ask_restore(page, qtbot, monkeypatch, True)
    qtbot.waitUntil(lambda: "no longer has 4" in page.operation.label.text())
    assert page.operation.label.property("tone") == "bad"
    assert page.compact_button.isEnabled()


def test_that_a_version_that_is_gone_is_told_before_any_question(
    page: DataPage, toasts, context: Context, qtbot
) -> None:
    page.ask_restore(9)
    qtbot.waitUntil(lambda: bool(toasts))
    assert "no version 9" in toasts[0][1]


def test_that_a_compaction_shows_progress_and_what_it_did(
    page: DataPage, desk: FakeDesk, context: Context, qtbot
) -> None:
    lines = [f"{name}: 3 files into 1, 0.1 MB freed" for name in ("alerts", "Together")]
    told = [Step(operation="maintain", done=n, total=2, detail=d) for n, d in enumerate(lines, 1)]

    def follow(command: Any) -> Iterator[Step]:
        desk.sent.append(command)
        for step in told:
            context.door.hear("pipeline", step)
            yield step

    desk.follow = follow  # type: ignore[method-assign]  # one that also tells the door
    page.compact_button.click()
    assert not page.compact_button.isEnabled()
    qtbot.waitUntil(lambda: not page.operation.running)
    assert page.operation.label.text() == ("Compaction is done: 3 files into 1, 0.1 MB freed.")
    assert page.operation.label.toolTip().splitlines() == lines
    assert desk.sent == [Maintain()]
    assert page.compact_button.isEnabled()


def test_that_without_a_pipeline_nothing_can_be_changed(
    page: DataPage, desk: FakeDesk, qtbot
) -> None:
    _tab(page, page.history, qtbot)
    page.history.select(1)
    desk.state = State.BACKOFF
    page.refresher.now()
    qtbot.waitUntil(lambda: not page.compact_button.isEnabled())
    assert "must be running" in page.compact_button.toolTip()
    assert not page.history.restore.isEnabled()
    assert page.history.look.isEnabled()


def test_that_many_small_files_are_told_in_the_line(lake: Lake) -> None:
    card = table_cards(LakeReader(lake.root))[0]
    assert "compaction helps" not in facts_words(card)
    assert "compaction helps" in facts_words(replace(card, many_small=True))


def test_that_the_reason_to_compact_stands_beside_the_button(page: DataPage, lake: Lake) -> None:
    cards = table_cards(LakeReader(lake.root))
    page._cards = tuple(replace(card, many_small=False) for card in cards)
    page._allow()
    assert page.crowded.text() == ""
    page._cards = (replace(cards[0], many_small=True),)
    page._allow()
    assert page.crowded.text() == f"Many small files in {cards[0].table.value}"


def test_that_commits_are_told_in_words(lake: Lake) -> None:
    lake.open(Table.ALERTS).optimize.compact()
    lake.open(Table.ALERTS).restore(2)
    restored, merged, written, *_ = table_history(LakeReader(lake.root), Table.ALERTS).commits
    assert operation_words(restored) == "Restored to version 2"
    assert (operation_words(merged), files_words(merged)) == ("Files merged", "+1 −3")
    assert (operation_words(written), files_words(written)) == ("Rows added", "+1")
    assert operation_words(replace(written, operation="CLONE")) == "CLONE"
    assert operation_words(replace(written, files_removed=1)) == "Rows replaced"


def test_that_the_page_of_rows_is_a_sound_model(qtmodeltester) -> None:
    model = ArrowPageModel()
    model.show(pa.table({"n": [1, 2], "text": ["a", None], "x": [0.5, 1e20]}), first=10)
    qtmodeltester.check(model)
    assert [model.index(1, column).data() for column in range(3)] == ["2", "–", "1e+20"]
    assert model.headerData(1, Qt.Orientation.Vertical) == 12


def test_that_cells_are_short_and_their_tooltips_whole() -> None:
    long = "x" * 500
    assert len(cell_text(long)) < 200
    assert cell_tooltip(long) == long
    assert cell_text("two\nlines") == "two lines"
    assert [cell_text(value) for value in (True, 12345, 0.50, None)] == [
        "true",
        "12,345",
        "0.5",
        "–",
    ]
    assert cell_tooltip(5) is None


def test_that_tables_that_cannot_be_read_say_so_in_the_middle(
    desk: FakeDesk, context: Context, qtbot, monkeypatch
) -> None:
    def gone(_lake: object) -> None:
        raise LakehouseError("The lake is gone.", "Start it.")

    monkeypatch.setattr("app.pages.data.page.table_cards", gone)
    page = DataPage(context)
    qtbot.addWidget(page)
    page.shown()
    qtbot.waitUntil(lambda: page.empty.heading.text() == "The lake is gone.")
    assert page.empty.text.text() == "Start it."
    assert page.empty.button.text() == "Try again"
    page.hidden()
