"""What the Alerts page reads: from the watch, and from a real alerts table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from engine.alerting.watch import AlertWatch
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.lake import LakeReader
from engine.paths import resources_dir
from engine.readings.alerts import RuleView, read_alerts
from tests.unit.alerting.lake import make_lake, write_alerts
from tests.unit.alerting.shop import Shop

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(resources_dir() / "domains" / "ecommerce")


@pytest.fixture
def lake(tmp_path: Path, pack: PackSpec) -> LakeReader:
    return make_lake(tmp_path / "lake", pack)


@pytest.fixture
def shop(lake: LakeReader) -> Shop:
    return Shop(lake)


@pytest.fixture
def watch(shop: Shop, pack: PackSpec, tmp_path: Path) -> AlertWatch:
    return AlertWatch(pack, tmp_path, shop.ways, lambda: shop.now)


def _rule(watch: AlertWatch, lake: LakeReader, shop: Shop, name: str) -> RuleView:
    view = read_alerts(watch, lake, shop.moment)
    return next(rule for rule in view.rules if rule.name == name)


def test_that_nothing_is_open_before_the_first_look(
    watch: AlertWatch, lake: LakeReader, shop: Shop
) -> None:
    view = read_alerts(watch, lake, shop.moment)
    assert (view.open, view.past, view.looked_s, view.notice) == ((), (), None, "")


def test_that_an_open_alert_has_its_figures(
    watch: AlertWatch, lake: LakeReader, shop: Shop
) -> None:
    shop.down = 83
    shop.look(watch)
    alert = read_alerts(watch, lake, shop.moment).open[0]
    assert (alert.title, alert.severity) == ("A service is down", "critical")
    assert (alert.value, alert.threshold, alert.now) == ("1 min 23 s", "1 min", "1 min 23 s")
    assert alert.raised == shop.moment
    assert (alert.snoozed_until, alert.snoozed_until_cleared) == (None, False)


def test_that_a_snooze_is_seen(watch: AlertWatch, lake: LakeReader, shop: Shop) -> None:
    shop.down = 83
    shop.look(watch)
    watch.snooze(("service_down", "broker"), 900)
    until = read_alerts(watch, lake, shop.moment).open[0].snoozed_until
    assert until == shop.moment + dt.timedelta(minutes=15)
    watch.snooze(("service_down", "broker"), None)
    assert read_alerts(watch, lake, shop.moment).open[0].snoozed_until_cleared


def test_that_past_alerts_come_from_the_table_newest_first(
    watch: AlertWatch, lake: LakeReader, shop: Shop
) -> None:
    older, newer = shop.past("conversion_low", 0.0134, ago_s=900), shop.past("gone_rule", 7.0)
    ancient = shop.past("error_rate", 0.4, ago_s=40 * 86_400)
    write_alerts(lake, [older, newer, ancient])
    past = read_alerts(watch, lake, shop.moment).past
    assert [alert.alert_id for alert in past] == [newer.alert_id, older.alert_id]
    assert [alert.title for alert in past] == ["gone_rule", "Conversion is low"]
    assert [alert.value for alert in past] == ["7", "1.3 %"]
    assert past[0].lasted_s == 60


def test_that_what_is_not_written_yet_is_shown(
    watch: AlertWatch, lake: LakeReader, shop: Shop
) -> None:
    shop.down = 83
    shop.look(watch)
    shop.down = 0
    shop.look(watch)
    shop.look(watch, 10)
    assert [alert.title for alert in read_alerts(watch, lake, shop.moment).past] == [
        "A service is down"
    ]


def test_that_a_share_is_edited_in_percent(watch: AlertWatch, lake: LakeReader, shop: Shop) -> None:
    shop.look(watch)
    rule = _rule(watch, lake, shop, "error_rate")
    assert (rule.threshold, rule.low, rule.high, rule.suffix) == (5.0, 0.01, 100.0, " %")
    assert (rule.now, rule.breached, rule.changed) == ("1.0 %", False, False)
    watch.set_threshold("error_rate", 0.1 / rule.scale)
    rule = _rule(watch, lake, shop, "error_rate")
    assert (rule.threshold, rule.default, rule.changed) == (0.1, 5.0, True)


def test_that_a_service_rule_reads_its_worst(
    watch: AlertWatch, lake: LakeReader, shop: Shop
) -> None:
    shop.look(watch)
    assert _rule(watch, lake, shop, "service_down").now == "all up"
    shop.down = 70
    shop.look(watch)
    rule = _rule(watch, lake, shop, "service_down")
    assert (rule.now, rule.breached) == ("1 min 10 s", True)


def test_that_each_rule_says_what_it_looks_at(
    watch: AlertWatch, lake: LakeReader, shop: Shop
) -> None:
    rules = {rule.name: rule for rule in read_alerts(watch, lake, shop.moment).rules}
    assert rules["conversion_low"].about == "conversion_rate below this, for 20 s"
    assert rules["events_anomaly"].about == (
        "events of a minute, this far from those of the hour before"
    )
    assert rules["events_anomaly"].suffix == " σ"
