"""The Alerts page by mouse and keyboard, over a real watch and a real alerts table."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt

from app.pages.alerts import AlertsPage
from engine.alerting.watch import AlertWatch
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.lake import LakeReader
from engine.paths import resources_dir
from engine.readings.alerts import past_alerts, read_alerts
from tests.unit.alerting.lake import make_lake, write_alerts
from tests.unit.alerting.shop import Shop

pytestmark = pytest.mark.unit


@dataclass
class Running:
    alerts: AlertWatch


@dataclass
class Desk:
    lake: LakeReader
    running: Running | None = None


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(resources_dir() / "domains" / "ecommerce")


@pytest.fixture
def lake(tmp_path, pack):
    return make_lake(tmp_path / "lake", pack)


@pytest.fixture
def shop(lake):
    return Shop(lake)


@pytest.fixture
def watch(shop, pack, tmp_path):
    return AlertWatch(pack, tmp_path, shop.ways, lambda: shop.now)


@pytest.fixture
def page(qtbot, context, lake, watch):
    context.desk = Desk(lake, Running(watch))
    page = AlertsPage(context)
    qtbot.addWidget(page)
    page.resize(1080, 720)
    page.show()
    yield page
    page.hidden()


def _shown(qtbot, page):
    """Starts the page and waits for its first reading."""
    page.shown()
    qtbot.waitUntil(lambda: page.view is not None)


def _card(page):
    """The one open alert's card."""
    (card,) = page.open._cards.values()
    return card


def test_that_no_open_alert_is_a_calm_page(qtbot, page, shop, watch):
    shop.look(watch)
    _shown(qtbot, page)
    assert page.open.placeholder.heading.text() == "No open alerts"
    assert page.tabs.tabText(0) == "Open"
    assert not page.notice.isVisible()


def test_that_before_the_first_look_nothing_is_claimed(qtbot, page):
    _shown(qtbot, page)
    assert page.open.placeholder.heading.text() == "Not looked yet"


def test_that_without_a_lakehouse_the_page_says_what_to_do(qtbot, page, context):
    context.desk.running = None
    page.shown()
    qtbot.waitUntil(lambda: "not running" in page.refresher.status.text())
    assert "Services page" in page.refresher.status.toolTip()
    for placeholder in (page.open.placeholder, page.past.placeholder):
        assert "not running" in placeholder.heading.text()
        assert placeholder.button.text() == "Try again"
    assert page.rules.none.isVisibleTo(page.rules)
    assert "not running" in page.rules.none.text()


def test_that_open_alerts_are_counted_before_anybody_looks(qtbot, page, context, shop, watch):
    shop.down = 83
    shop.look(watch)
    with qtbot.waitSignal(page.badge_changed) as heard:
        page.prepared()
    assert heard.args == [1]
    shop.down = 0
    shop.look(watch)
    shop.look(watch, 10)
    with qtbot.waitSignal(page.badge_changed) as heard:
        context.door.notified.emit("alerts", shop.told[-1])
    assert heard.args == [0]


def test_that_alerts_of_before_the_start_are_counted_with_the_first_look(qtbot, page, shop, watch):
    page._later.setInterval(0)
    counts: list[int] = []
    page.badge_changed.connect(counts.append)
    page.prepared()
    qtbot.waitUntil(lambda: len(counts) >= 2)
    shop.down = 83
    shop.look(watch)
    qtbot.waitUntil(lambda: counts[-1] == 1)
    qtbot.waitUntil(lambda: not page._later.isActive())


def test_that_an_open_alert_is_a_card(qtbot, page, shop, watch):
    shop.down = 83
    shop.look(watch)
    _shown(qtbot, page)
    card = _card(page)
    assert card.title.text() == "A service is down"
    assert "value 1 min 23 s, limit 1 min" in card.facts.text()
    assert card.badge.text() == "Critical"
    assert page.tabs.tabText(0) == "Open (1)"


def test_that_an_alert_is_snoozed_from_its_menu_and_woken(qtbot, page, shop, watch):
    shop.down = 83
    shop.look(watch)
    _shown(qtbot, page)
    card = _card(page)
    card.snooze.menu().actions()[2].trigger()
    qtbot.waitUntil(lambda: card.quiet.text() == "Quiet until it is cleared")
    assert not card.snooze.isVisible()
    qtbot.mouseClick(card.wake, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.snooze.isVisible)
    assert watch.view().open[0].snoozed is None


def test_that_a_snooze_of_an_hour_says_until_when(qtbot, page, shop, watch):
    shop.down = 83
    shop.look(watch)
    _shown(qtbot, page)
    _card(page).snooze.menu().actions()[1].trigger()
    qtbot.waitUntil(lambda: _card(page).quiet.text().startswith("Quiet until "))
    assert _card(page).quiet.toolTip().endswith(" UTC")
    assert watch.view().open[0].snoozed == shop.now + 3600


def test_that_a_cleared_alert_leaves_and_is_past(qtbot, page, shop, watch):
    shop.down = 83
    shop.look(watch)
    _shown(qtbot, page)
    shop.down = 0
    shop.look(watch)
    shop.look(watch, 10)
    page.context.door.notified.emit("alerts", shop.told[-1])
    qtbot.waitUntil(lambda: page.tabs.tabText(0) == "Open")
    assert page.past.model.rowCount() == 1
    assert page.past.count.text() == "1 of 1"
    lasted = page.past.model.index(0, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert lasted.startswith("Cleared ")
    assert lasted.endswith(" UTC)")


def test_that_past_alerts_are_filtered_by_words_and_severity(qtbot, page, shop, lake):
    write_alerts(lake, [shop.past("conversion_low", 0.01), shop.past("error_rate", 0.4)])
    page.past.show_alerts(read_alerts(page.context.desk.running.alerts, lake, shop.moment).past)
    assert page.past.model.rowCount() == 2
    page.past.search.setText("REFUSED")
    qtbot.keyClick(page.past.search, Qt.Key.Key_Return)
    assert [page.past.model.row(0).title] == ["Many records are refused"]
    page.past.severity.choose("critical")
    page.past.severity.chosen.emit("critical")
    assert page.past.placeholder.heading.text() == "Nothing matches"


def test_that_no_past_alerts_are_told(qtbot, page):
    _shown(qtbot, page)
    assert page.past.placeholder.heading.text() == "No past alerts"


def test_that_the_past_s_model_keeps_qt_s_rules(page, shop, lake, watch, qtmodeltester):
    page.past.show_alerts(past_alerts([shop.past("error_rate", 0.4)], {}))
    qtmodeltester.check(page.past.model)


def test_that_a_threshold_is_typed_in_percent(qtbot, page, watch):
    _shown(qtbot, page)
    page.tabs.setCurrentIndex(2)
    row = page.rules.rows["error_rate"]
    assert row.spin.text() == "5.00 %"
    row.spin.setFocus()
    row.spin.selectAll()
    qtbot.keyClicks(row.spin, "7.5")
    qtbot.keyClick(row.spin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: row.reset.isEnabled())
    changes = {rule.rule.name: rule.change for rule in watch.view().rules}
    assert changes["error_rate"].threshold == pytest.approx(0.075)
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.spin.value() == 5.0)


def test_that_a_threshold_keeps_to_its_bounds(qtbot, page):
    _shown(qtbot, page)
    spin = page.rules.rows["processing_lag"].spin
    spin.setValue(1)
    assert spin.value() == 5
    assert "86,400 s" in spin.toolTip()


def test_that_a_refresh_does_not_write_over_what_is_being_typed(qtbot, page, context):
    _shown(qtbot, page)
    page.tabs.setCurrentIndex(2)
    spin = page.rules.rows["error_rate"].spin
    with qtbot.waitActive(page):
        page.activateWindow()
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "9")
    page.rules.show_rules(page.view.rules)
    assert spin.lineEdit().text().startswith("9")


def test_that_a_rule_is_switched_off_with_the_keyboard(qtbot, page, watch):
    _shown(qtbot, page)
    page.tabs.setCurrentIndex(2)
    row = page.rules.rows["service_down"]
    qtbot.keyClick(row.enabled, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: row.now.text() == "switched off")
    changes = {rule.rule.name: rule.change for rule in watch.view().rules}
    assert not changes["service_down"].enabled
    assert not row.spin.isEnabled()


def test_that_a_change_that_cannot_be_kept_is_told_and_taken_back(
    qtbot, page, toasts, tmp_path, monkeypatch
):
    _shown(qtbot, page)
    row = page.rules.rows["error_rate"]

    def full(_path, _text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.alerting.rules.write_private", full)
    row.spin.setValue(9)
    qtbot.waitUntil(lambda: bool(toasts))
    assert toasts[0][0] == "error"
    assert "No space left" in toasts[0][1]
    qtbot.waitUntil(lambda: row.spin.value() == 5.0)


def test_that_a_test_alert_goes_the_whole_way(qtbot, page, shop, watch):
    shop.look(watch)
    _shown(qtbot, page)
    qtbot.mouseClick(page.test_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.tabs.tabText(0) == "Open (1)")
    assert _card(page).title.text() == "Test alert"
    assert [each.kind for each in shop.told] == ["alert_raised"]
    assert shop.told[0].test


def test_that_a_refused_file_is_shown_on_the_page(qtbot, context, lake, shop, pack, tmp_path):
    (tmp_path / "alerts.toml").write_text("schema_version = 3\n", encoding="utf-8")
    context.desk = Desk(lake, Running(AlertWatch(pack, tmp_path, shop.ways, lambda: shop.now)))
    page = AlertsPage(context)
    qtbot.addWidget(page)
    page.show()
    _shown(qtbot, page)
    assert page.notice.isVisible()
    assert "alerts.toml:1" in page.notice.text()
    page.hidden()


def test_that_the_palette_offers_the_test(page):
    assert [command.title for command in page.commands()] == ["Send a test alert"]


def test_that_a_pack_without_rules_is_said_to_have_none(qtbot, page, shop, pack, lake, tmp_path):
    none = pack.model_copy(update={"alerts": ()})
    page.context.desk.running = Running(AlertWatch(none, tmp_path, shop.ways, lambda: shop.now))
    _shown(qtbot, page)
    page.tabs.setCurrentIndex(2)
    assert page.rules.none.isVisible()
