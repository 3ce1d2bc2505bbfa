"""Commands that depend on services, settings and the pack, whether or not their page was made."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTranslator

from app.offers import service_commands, settings_commands
from engine.settings.describe import describe
from engine.settings.load import load
from tests.unit.app.desks import ScriptedDesk, report_of, service

pytestmark = pytest.mark.unit


class Loud(QTranslator):
    """A language of capitals."""

    def translate(self, _context, text, _note=None, _count=-1):
        return text.upper()


@pytest.fixture
def desk(context) -> ScriptedDesk:
    made = ScriptedDesk(context.desk.paths)
    made.pack = SimpleNamespace(generator={})  # type: ignore[assignment]  # all that is asked of it
    context.desk = made
    return made


@pytest.fixture
def gone(context) -> list[tuple[str, object]]:
    """Pages that were gone to, with what they were given."""
    kept: list[tuple[str, object]] = []
    context.go = lambda page, argument: kept.append((page, argument))
    return kept


def titled(commands, title):
    (found,) = [command for command in commands if command.title == title]
    return found


def test_that_nothing_is_offered_of_services_that_do_not_run(context, desk):
    assert service_commands(context) == []


def test_that_a_service_is_restarted_in_sight(context, desk, gone, qtbot):
    desk.report = report_of(service("broker"), service("llm"))
    titled(service_commands(context), "Restart Language model").run()
    qtbot.waitUntil(lambda: desk.asked == [("restart", "llm")])
    assert gone == [("services", None)]


def test_that_a_log_is_gone_to(context, desk, gone):
    desk.report = report_of(service("broker"))
    titled(service_commands(context), "Log of Broker").run()
    assert gone == [("services", "broker")]


def test_that_every_group_of_settings_is_offered(context, desk, gone):
    infos = describe(load({}, context.desk.paths.root))
    groups = list(dict.fromkeys(info.group for info in infos))
    commands = settings_commands(context)
    assert [command.title for command in commands] == [f"{group} settings" for group in groups]
    titled(commands, "Kafka settings").run()
    assert gone == [("settings", "Kafka")]


def test_that_they_are_offered_in_the_language_of_the_window(context, desk, qapp):
    desk.report = report_of(service("broker"))
    loud = Loud()
    qapp.installTranslator(loud)
    try:
        titles = [c.title for c in service_commands(context) + settings_commands(context)]
    finally:
        qapp.removeTranslator(loud)
    assert titles[:2] == ["RESTART BROKER", "LOG OF BROKER"]
    assert "KAFKA SETTINGS" in titles
