"""A Settings page on a data folder, with a keyring in memory and services that only listen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.pages.settings import SettingsPage
from engine.contracts.names import State
from engine.contracts.pack import PackSpec
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport
from engine.domain import load_pack
from engine.host.desk import Desk
from engine.host.follow import Refused
from engine.paths import DataPaths
from engine.settings import ENVIRONMENT, secrets
from tests.unit.settings.keyrings import Kept

SHIPPED = Path(__file__).parents[4] / "resources" / "domains" / "ecommerce"


class ListeningDesk(Desk):
    """Remembers what services are told; they are up while ``up`` is true."""

    def __init__(self, paths: DataPaths, pack: PackSpec) -> None:
        super().__init__(paths)
        self.pack = pack
        self.up = True
        self.sent: list[tuple[str, object]] = []
        self.restarted: list[str] = []

    def snapshot(self):
        state = State.READY if self.up else State.STOPPED
        services = tuple(
            ServiceSnapshot(name=name, provider="test", why="", state=state)
            for name in ("broker", "pipeline", "generator")
        )
        return StatusReport(state=state, services=services, pipeline=PipelineStatus())

    def send(self, service, command):
        if not self.up:
            raise Refused(f"The {service} is STOPPED.", "Start it on the Services page.")
        self.sent.append((service, command))

    def restart_service(self, name):
        self.restarted.append(name)


@pytest.fixture(scope="session")
def shipped_pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture
def keyring(monkeypatch) -> Kept:
    kept = Kept()
    monkeypatch.setattr(secrets, "system_keyring", lambda: kept)
    return kept


@pytest.fixture
def desk(context, shipped_pack, keyring, monkeypatch) -> ListeningDesk:
    for name in set(ENVIRONMENT) & set(os.environ):
        monkeypatch.delenv(name)
    made = ListeningDesk(context.desk.paths, shipped_pack)
    context.desk = made
    return made


@pytest.fixture
def page(context, desk, qtbot) -> SettingsPage:
    made = SettingsPage(context)
    made.resize(1000, 700)
    qtbot.addWidget(made)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: made.ready)
    return made
