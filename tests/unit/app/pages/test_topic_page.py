"""The Topic page over a topic in memory: reading, paging, filtering, following, sending."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.models.messages import MOST_ROWS, MessageModel, stamp
from app.pages.topic import TopicPage
from app.pages.topic.composer import MOST_EDITED, Composer
from app.pages.topic.messages import LANE
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import State
from engine.contracts.status import StateChange
from engine.domain import load_pack
from engine.topic.browse import Oldest, read_page
from engine.topic.detail import describe
from engine.topic.errors import TopicUnavailable
from engine.topic.groups import Group
from engine.topic.session import TopicSession
from engine.topic.source import Record
from tests.unit.topic.memory import MemorySource, event, record

pytestmark = pytest.mark.unit

SHIPPED = Path(__file__).parents[4] / "resources" / "domains" / "ecommerce"
PACK = load_pack(SHIPPED)
TYPES = ("page_view", "purchase")


def made(count: int) -> list[Record]:
    return [
        event(n % 3, n // 3, 1_735_732_800_000 + n, event_type=TYPES[n % 2], n=n)
        for n in range(count)
    ]


class Broker:
    """A topic in memory that can be away."""

    def __init__(self) -> None:
        self.source = MemorySource(made(250))
        self.away = False

    def endpoint(self) -> KafkaEndpoint:
        if self.away:
            raise TopicUnavailable("The broker is away.", "Wait for it.")
        return KafkaEndpoint(bootstrap_servers="x", topic="t")

    def groups(self) -> tuple[list[Group], int]:
        return [Group("copy", "Stable", 2, {0: 10, 1: 83})], 0

    def session(self) -> TopicSession:
        return TopicSession(self.endpoint, "event_type", lambda _e: self.source, lambda _e: self)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def page(context, broker, qtbot) -> Iterator[TopicPage]:
    context.desk.pack = PACK
    built = TopicPage(context, session=broker.session())
    qtbot.addWidget(built)
    yield built
    built.hidden()


@pytest.fixture
def ready(page: TopicPage, qtbot) -> TopicPage:
    """Shown, with its first page of messages."""
    page.shown()
    qtbot.waitUntil(lambda: page.messages.model.rowCount() == 100)
    return page


def offsets(page: TopicPage) -> list[int]:
    model = page.messages.model
    return [model.row(n).offset * 3 + model.row(n).partition for n in range(model.rowCount())]


def test_that_the_model_of_messages_is_sound(qtmodeltester) -> None:
    model = MessageModel()
    rows = read_page(MemorySource(made(20)), Oldest(), 10).rows
    model.show(rows[:5])
    qtmodeltester.check(model)
    model.append(rows[5:])
    model.prepend(rows[:3])
    assert (model.rowCount(), model.row(0), model.row(3)) == (13, rows[0], rows[0])
    model.prepend(rows * 200)
    assert model.rowCount() == MOST_ROWS


def test_that_the_newest_messages_are_read_when_it_is_shown(ready) -> None:
    assert offsets(ready) == list(range(249, 149, -1))
    assert ready.messages.status.text() == "100 messages shown."
    assert ready.messages.older.isEnabled()
    model = ready.messages.model
    assert model.index(0, 3).data() == "purchase"


def test_that_paging_goes_back_and_forth(ready, qtbot) -> None:
    ready.messages.older.click()
    qtbot.waitUntil(lambda: offsets(ready)[:1] == [149])
    ready.messages.newer.click()
    qtbot.waitUntil(lambda: offsets(ready)[:1] == [150])
    ready.messages.newer.click()
    qtbot.waitUntil(lambda: "no newer messages" in ready.messages.status.text())
    assert offsets(ready)[0] == 150


def test_that_a_filter_is_applied_and_counted(ready, qtbot) -> None:
    ready.messages.controls.filter.setText("n < 10 and event_type = purchase")
    qtbot.keyClick(ready.messages.controls.filter, "\r")
    qtbot.waitUntil(lambda: offsets(ready) == [9, 7, 5, 3, 1])
    assert ready.messages.status.text() == "5 matches in 250 of 250 messages."


def test_that_a_filter_that_cannot_be_read_is_explained(ready) -> None:
    controls = ready.messages.controls
    controls.filter.setText("n <")
    controls.ask()
    assert "no value after <" in controls.problem.text()
    assert not controls.problem.isHidden()
    controls.filter.setText("")
    assert controls.choice() is not None
    assert controls.problem.isHidden()


def test_that_reading_begins_where_it_is_told(ready, qtbot) -> None:
    controls = ready.messages.controls
    controls.partition.setCurrentIndex(2)
    controls.position.choose("offset")
    controls.offset.setText("80")
    controls.ask()
    qtbot.waitUntil(lambda: offsets(ready) == [241, 244, 247])
    assert (controls.partition.count(), controls.partition.currentData()) == (4, 1)
    ready.messages.refresh()
    qtbot.waitUntil(lambda: ready.messages.status.text() != "Reading…")
    assert offsets(ready) == [241, 244, 247]
    controls.partition.setCurrentIndex(0)
    controls.position.choose("oldest")
    controls.ask()
    qtbot.waitUntil(lambda: offsets(ready)[:1] == [0])


def test_that_the_chosen_message_is_shown_whole_and_can_be_copied(ready, qtbot) -> None:
    ready.messages.table.selectRow(2)
    detail = ready.messages.detail
    qtbot.waitUntil(lambda: detail.value.toPlainText().startswith("{"))
    assert detail.heading.text() == "Offset 82"
    assert detail.partition.text() == "1"
    assert detail.verdict.text() == "missing_field"
    detail.copy.click()
    assert json.loads(QGuiApplication.clipboard().text())["n"] == 247


def test_that_following_puts_new_messages_on_top(ready, broker, qtbot) -> None:
    ready.follow.setChecked(True)
    qtbot.waitUntil(lambda: ready.messages.live)
    assert ready.follow.text() == "Following"
    broker.source.add(event(0, 84, 1_735_732_900_000, n=252))
    qtbot.waitUntil(lambda: offsets(ready)[:1] == [252])
    assert not ready.messages.older.isEnabled()
    ready.follow.setChecked(False)
    assert not ready.messages.live
    assert ready.messages.older.isEnabled()


def held(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The topic answers only once the event is set."""
    release = threading.Event()
    real = TopicSession.page

    def slow(session: TopicSession, *what: Any) -> Any:
        release.wait(10)
        return real(session, *what)

    monkeypatch.setattr(TopicSession, "page", slow)
    return release


def test_that_following_can_be_taken_back_while_it_begins(
    ready, broker, qtbot, monkeypatch
) -> None:
    release = held(broker, monkeypatch)
    ready.follow.setChecked(True)
    assert ready.messages.status.text() == "Reading…"
    ready.follow.setChecked(False)
    assert ready.messages.status.text() == "100 messages shown."
    assert ready.messages.older.isEnabled()
    release.set()
    answered: list[object] = []
    ready.context.door.ask(lambda: None, answered.append, owner=ready, lane=LANE)
    qtbot.waitUntil(lambda: bool(answered))
    assert not ready.messages.live
    assert not ready.follow.isChecked()


def test_that_a_page_that_is_left_while_following_begins_does_not_follow(
    page, broker, qtbot, monkeypatch
) -> None:
    release = held(broker, monkeypatch)
    page.follow.setChecked(True)
    page.hidden()
    assert not page.follow.isChecked()
    release.set()
    page.shown()
    qtbot.waitUntil(lambda: page.messages.model.rowCount() == 100)
    assert not page.messages.live


def test_that_a_first_page_is_read_though_following_was_taken_back(page, qtbot) -> None:
    page.follow.setChecked(True)
    page.follow.setChecked(False)
    qtbot.waitUntil(lambda: page.messages.model.rowCount() == 100)
    assert not page.messages.live


def test_that_a_broker_that_is_away_is_said_and_read_when_it_is_back(
    page, broker, context, qtbot
) -> None:
    broker.away = True
    page.shown()
    holder = page.messages.placeholder
    qtbot.waitUntil(lambda: holder.heading.text() == "The broker is away.")
    assert holder.text.text() == "Wait for it."
    broker.away = False
    context.door.hear("broker", StateChange(service="broker", old=State.STARTING, new=State.READY))
    qtbot.waitUntil(lambda: page.messages.model.rowCount() == 100)


def test_that_an_empty_topic_says_what_to_do(page, broker, qtbot) -> None:
    broker.source = MemorySource([])
    page.shown()
    qtbot.waitUntil(lambda: page.messages.placeholder.heading.text() == "No messages here")
    assert page.messages.table.isHidden()


def test_that_without_a_running_lakehouse_there_is_an_error(context, qtbot) -> None:
    context.desk.pack = PACK
    page = TopicPage(context)
    qtbot.addWidget(page)
    page.shown()
    heading = page.messages.placeholder.heading
    qtbot.waitUntil(lambda: heading.text().startswith("The lakehouse is not running"))
    page.hidden()


def test_that_partitions_and_consumers_are_shown_with_their_lag(ready, qtbot) -> None:
    ready.tabs.setCurrentWidget(ready.readers)
    qtbot.waitUntil(lambda: ready.readers.partitions.rowCount() == 3)
    assert ready.readers.total.text().startswith("250 messages in 3 partitions")
    lags = [ready.readers.groups.row(n).lag for n in range(3)]
    assert lags == [74, 0, None]
    right = Qt.AlignmentFlag.AlignRight
    for model in (ready.readers.partitions, ready.readers.groups):
        assert model.columns[-1].title.startswith("Lag")
        assert model.columns[-1].alignment & right
    ready.tabs.setCurrentWidget(ready.messages)
    assert not ready.readers.refresher.running


def test_that_a_tombstone_and_bytes_can_be_looked_at(ready, broker, qtbot) -> None:
    broker.source = MemorySource([record(0, 0, 1, None, b"k"), record(0, 1, 2, b"\xff\x00")])
    ready.session.close()
    ready.messages.refresh()
    qtbot.waitUntil(lambda: ready.messages.model.rowCount() == 2)
    detail = ready.messages.detail
    ready.messages.table.selectRow(0)
    qtbot.waitUntil(lambda: detail.value.toPlainText().startswith("00000000  ff 00"))
    ready.messages.table.selectRow(1)
    qtbot.waitUntil(lambda: "tombstone" in detail.note.text())
    assert detail.bytes.text() == "–"


# Sending, to librdkafka's own mock broker


@pytest.fixture
def endpoint() -> Iterator[KafkaEndpoint]:
    host = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})
    server = next(iter(host.list_topics(timeout=5).brokers.values()))
    yield KafkaEndpoint(
        bootstrap_servers=f"{server.host}:{server.port}",
        security_protocol="PLAINTEXT",
        topic="ecommerce_events",
    )
    host.flush(1)


@pytest.fixture
def composer(page: TopicPage) -> Composer:
    return page.compose()


def test_that_each_template_would_be_accepted(composer) -> None:
    assert composer.template.count() == len(PACK.event_types)
    for place in range(composer.template.count()):
        composer._use_template(place)
        assert composer.badge.text() == "Would be accepted"


def test_that_a_fault_is_named_while_it_is_written(composer, qtbot) -> None:
    composer.value.setPlainText('{"event_id": 1')
    qtbot.waitUntil(lambda: composer.badge.text() == "Would be refused")
    assert composer.why.text().startswith("not_json")
    assert composer.why.textFormat() == Qt.TextFormat.PlainText


def test_that_a_message_is_sent_and_its_place_told(page, endpoint, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(page, "endpoint", lambda: endpoint)
    composer = page.compose()
    composer.headers.setPlainText("trace: abc\n\nplain")
    assert composer.message().headers == (("trace", "abc"), ("plain", ""))
    composer.send.click()
    qtbot.waitUntil(lambda: composer.outcome.text().startswith("Stored in partition"))
    assert composer.send.isEnabled()


def test_that_send_again_opens_the_message_as_a_new_event(ready, qtbot) -> None:
    ready.messages.table.selectRow(0)
    detail = ready.messages.detail
    qtbot.waitUntil(lambda: detail.value.toPlainText() != "")
    with qtbot.waitSignal(detail.send_again) as told:
        detail.again.click()
    (composer,) = ready.findChildren(Composer)
    written = json.loads(composer.value.toPlainText())
    assert written["n"] == json.loads(told.args[0].copy)["n"]
    assert written["event_id"].startswith("manual-")


def test_that_a_value_too_long_for_the_editor_is_sent_as_it_came(composer) -> None:
    whole = json.dumps({"event_id": "e1", "note": "x" * MOST_EDITED})
    composer.show_message(describe(record(0, 0, 1, whole.encode()), PACK, 2))
    assert composer.message().value == whole
    assert composer.value.isReadOnly()
    assert len(composer.value.toPlainText()) < MOST_EDITED
    assert "sent as they came" in composer.unedited.text()
    composer._use_template(0)
    assert not composer.value.isReadOnly()
    assert composer.unedited.isHidden()
    assert composer.message().value == composer.value.toPlainText()


def test_that_a_file_is_looked_through_and_sent_after_a_click(
    page, endpoint, qtbot, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(page, "endpoint", lambda: endpoint)
    good = json.dumps(json.loads(page.compose().value.toPlainText()))
    path = tmp_path / "events.jsonl"
    path.write_text(f"{good}\nno json\n\n{good}\n", encoding="utf-8")
    dialog = page.send_file(path)
    qtbot.waitUntil(lambda: dialog.send.isEnabled())
    assert dialog.send.text() == "Send 2 messages"
    assert dialog.summary.text().startswith("4 lines: 2 messages, 1 empty, 1 that the pipeline")
    assert dialog.bad.row(0).number == 2
    dialog.bad_too.setChecked(True)
    assert dialog.send.text() == "Send 3 messages"
    dialog.send.click()
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("3 sent, 3 acknowledged"))
    assert dialog.close_button.text() == "Close"


def test_that_a_missing_file_is_said(page, qtbot, tmp_path) -> None:
    dialog = page.send_file(tmp_path / "gone.jsonl")
    qtbot.waitUntil(lambda: "cannot be read" in dialog.summary.text())
    assert dialog.send.isHidden()


def test_that_a_time_of_another_day_has_its_date() -> None:
    assert stamp(0).startswith("19")
    assert stamp(10**18) == "–"
