"""What can be done with a service, and what is wrong."""

from __future__ import annotations

import pytest

from engine.contracts.names import State
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport
from engine.paths import DataPaths
from engine.readings.services import UNKNOWN_CAUSE, advice, controls, diagnose, troubles
from engine.supervisor.events import Restart, Start, Stop
from engine.supervisor.machine import EDGES

pytestmark = pytest.mark.unit


def _service(state, detail="", lines=()):
    return ServiceSnapshot(
        name="broker", provider="kafka", why="", state=state, detail=detail, last_lines=lines
    )


@pytest.mark.parametrize("state", list(State))
def test_that_every_button_that_is_enabled_has_an_edge_that_changes_the_state(state):
    can = controls(state)
    for enabled, event in ((can.start, Start), (can.stop, Stop), (can.restart, Restart)):
        if enabled:
            assert EDGES[state, event].__name__ != "_stay"


@pytest.mark.parametrize(
    ("state", "start", "stop", "restart"),
    [
        (State.STOPPED, True, False, False),
        (State.STARTING, False, True, True),
        (State.READY, False, True, True),
        (State.DEGRADED, False, True, True),
        (State.BACKOFF, True, True, False),
        (State.STOPPING, False, False, False),
        (State.FAILED, True, False, False),
    ],
)
def test_that_only_buttons_that_do_something_are_enabled(state, start, stop, restart):
    can = controls(state)
    assert (can.start, can.stop, can.restart) == (start, stop, restart)


def test_that_the_button_after_a_failure_is_called_by_what_it_does():
    assert controls(State.FAILED).start_text == "Try again"
    assert controls(State.STOPPED).start_text == "Start"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("java.lang.OutOfMemoryError: Java heap space", "memory"),
        ("write: No space left on device", "disk is full"),
        ("java.net.BindException: Address already in use", "port"),
        ("java.io.FileNotFoundException: x (Permission denied)", "folder"),
        ("java.lang.NoClassDefFoundError: y", "jars"),
        ("SaslAuthenticationException: no", "password"),
    ],
)
def test_that_a_known_cause_has_its_own_advice(line, word):
    assert word in advice(_service(State.FAILED, "It ended with exit status 1.", (line,)))


def test_that_an_unknown_cause_has_advice_too_and_a_service_that_runs_has_none():
    assert advice(_service(State.FAILED, "odd")) == UNKNOWN_CAUSE
    assert advice(_service(State.READY, "OutOfMemoryError")) == ""


def test_that_diagnoses_come_worst_first_and_one_cause_once(tmp_path):
    paths = DataPaths(tmp_path).create()
    paths.settings_file.write_text("[spark\n")
    found = diagnose(paths, None)
    levels = [diagnosis.finding.level for diagnosis in found]
    assert levels == sorted(levels, key=["error", "warning", "ok"].index)
    broken = [d for d in found if "not valid TOML" in d.finding.detail]
    assert [d.finding.check for d in broken] == ["settings"]
    assert broken[0].fix is not None
    assert troubles(found) == sum(level != "ok" for level in levels) >= 1


def test_that_the_memory_of_running_services_counts_as_free(tmp_path):
    held = ServiceSnapshot(name="x", provider="y", why="", state=State.READY, rss_bytes=10**13)
    report = StatusReport(state=State.READY, services=(held,), pipeline=PipelineStatus())
    found = diagnose(DataPaths(tmp_path).create(), report)
    memory = next(d.finding for d in found if d.finding.check == "memory")
    assert memory.level == "ok"
    assert "10,0" in memory.detail
