"""What the Settings page asks of the engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.contracts.names import State
from engine.contracts.protocol import SetRate
from engine.contracts.status import ServiceSnapshot
from engine.errors import LakehouseError
from engine.host.compose import Instance
from engine.host.desk import Desk
from engine.host.follow import Refused
from engine.paths import DataPaths
from engine.providers import tryout
from engine.readings import settings as page
from engine.settings import load_settings, secrets
from engine.settings.explain import InvalidSetting
from tests.unit.settings.keyrings import Kept

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def keyring(monkeypatch) -> Kept:
    kept = Kept()
    monkeypatch.setattr(secrets, "system_keyring", lambda: kept)
    return kept


class _Desk(Desk):
    """A desk whose lakehouse is not open; commands are remembered."""

    def __init__(self, paths: DataPaths, up: bool = True) -> None:
        super().__init__(paths)
        self.sent: list[tuple[str, object]] = []
        self._up = up
        self.pack = SimpleNamespace(topic="events")  # type: ignore[assignment]

    def send(self, service, command):
        if not self._up:
            raise Refused("The generator is STOPPED.", "Start it.")
        self.sent.append((service, command))


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path)


def _value(reading: page.SettingsReading, path: str) -> object:
    return next(info.value for info in reading.settings if info.path == path)


def test_that_a_change_is_saved_and_read_back(paths):
    desk = _Desk(paths)
    reading = page.change_settings(desk, {"spark.late_grace": "20 minutes"})
    assert _value(reading, "spark.late_grace") == 1200
    assert desk.settings.spark.late_grace == 1200
    assert desk.sent == []


def test_that_a_new_rate_counts_at_once_and_is_saved(paths):
    desk = _Desk(paths)
    reading = page.change_settings(desk, {page.RATE: 42.0})
    assert desk.sent == [("generator", SetRate(rate=42.0))]
    assert _value(reading, page.RATE) == 42
    page.change_settings(desk, {page.RATE: None})
    assert desk.sent[-1] == ("generator", SetRate(rate=300.0))


def test_that_a_rate_is_saved_while_nothing_runs(paths):
    reading = page.change_settings(_Desk(paths, up=False), {page.RATE: 42.0})
    assert _value(reading, page.RATE) == 42


@pytest.mark.parametrize(
    ("wanted", "broker", "off"),
    [("off", "kafka", True), ("on", "external", False), (None, "external", True)],
)
def test_that_the_switch_of_the_demo_events_counts_at_once(paths, wanted, broker, off):
    desk, told = _Desk(paths), list[tuple[str, bool]]()
    states = dict.fromkeys(("broker", "generator"), State.READY)
    desk.running = _running(states, broker, told)
    page.change_settings(desk, {page.DEMO: wanted})
    assert told == [("generator", off)]


def test_that_demo_events_that_were_left_out_cannot_be_switched(paths):
    desk, told = _Desk(paths), list[tuple[str, bool]]()
    desk.running = _running({"broker": State.READY}, "kafka", told)
    assert _value(page.change_settings(desk, {page.DEMO: "on"}), page.DEMO) == "on"
    assert told == []


def _running(states: dict[str, State], broker: str, told: list[tuple[str, bool]]) -> Any:
    """Only an instance, whose supervisor notes what is switched, and whether off."""
    services = tuple(
        ServiceSnapshot(name=name, provider=broker, why="", state=state)
        for name, state in states.items()
    )
    supervisor = SimpleNamespace(
        snapshot=lambda: services,
        switch=lambda name, off: told.append((name, bool(off))),
    )
    instance = SimpleNamespace(supervisor=supervisor, configure=lambda _settings: None)
    instance.switch_demo = lambda settings: Instance.switch_demo(instance, settings)  # type: ignore[arg-type]
    return SimpleNamespace(instance=instance)


def test_that_a_bad_change_is_an_error_at_its_field(paths):
    with pytest.raises(InvalidSetting) as caught:
        page.change_settings(_Desk(paths), {page.RATE: -1})
    assert caught.value.path == page.RATE


def test_that_running_services_are_told_for_their_next_start(paths):
    told: list[object] = []
    desk = _Desk(paths)
    desk.running = SimpleNamespace(instance=SimpleNamespace(configure=told.append))  # type: ignore[assignment]
    page.change_settings(desk, {"log_level": "DEBUG"})
    assert told == [desk.settings]


def test_that_secrets_in_the_file_are_named_and_can_be_moved(paths, keyring):
    paths.settings_file.write_text('[kafka]\nsasl_password = "s3cret"\n')
    assert page.read_settings(paths, {}).in_file == ("kafka.sasl_password",)
    reading = page.move_secrets_to_keyring(_Desk(paths))
    assert reading.in_file == ()
    assert reading.keyring
    assert list(keyring.entries.values()) == ["s3cret"]
    (info,) = (i for i in reading.settings if i.path == "kafka.sasl_password")
    assert info.source == "keyring"


def test_that_a_connection_without_an_address_says_what_is_missing(paths, monkeypatch):
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    with pytest.raises(LakehouseError, match="Enter the external Kafka"):
        page.try_external_kafka(_Desk(paths))


def test_that_a_broker_that_is_not_there_is_named_with_a_remedy(paths):
    page.change_settings(_Desk(paths), {"kafka.bootstrap_servers": "127.0.0.1:1"})
    settings = load_settings({}, paths.root).kafka
    with pytest.raises(LakehouseError, match=r"127\.0\.0\.1:1 does not answer.*Check address"):
        tryout.try_broker(settings, "events", patience_s=0.3)


def test_that_a_certificate_file_that_is_not_there_is_said_so(paths):
    changes = {
        "kafka.bootstrap_servers": "127.0.0.1:1",
        "kafka.security_protocol": "SSL",
        "kafka.ssl_ca_location": "/nowhere.pem",
    }
    page.change_settings(_Desk(paths), changes)
    settings = load_settings({}, paths.root).kafka
    with pytest.raises(LakehouseError, match="refuses these settings"):
        tryout.try_broker(settings, "events", patience_s=0.3)
