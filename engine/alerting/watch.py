"""The loop that looks every few seconds, and what the window asks of it.

A thread of its own, because a look reads the lake. Every method may be called from any thread, but
none from the GUI's: a look may hold the lock for as long as a read takes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.alerting.evaluate import evaluate, open_alerts, restored, row_of
from engine.alerting.model import Key, Measurements, OpenAlert, Reading, Track
from engine.alerting.outbox import Outbox
from engine.alerting.rules import (
    UNTIL_CLEARED,
    AlertsFileError,
    Choices,
    RuleChange,
    Snooze,
    check_threshold,
    effective,
    load_choices,
    save_choices,
    set_aside,
)
from engine.contracts.alerts import AlertCleared, AlertRaised, AlertRow
from engine.contracts.pack import AlertRuleSpec, PackSpec
from engine.errors import LakehouseError

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""An incident shall be told within 90 s; a look costs about 20 ms."""

REMEMBERED_S = 2 * 3600.0
PATIENCE = 12
"""So many looks wait for the alerts table; after a minute the watch goes on without its past."""

TEST_KEY: Key = ("test", "test")
TEST_S = 30.0


@dataclass(frozen=True)
class Ways:
    """What the watch needs of the running lakehouse."""

    measure: Callable[[float], Measurements]
    rows: Callable[[float], Sequence[AlertRow]]
    """The alerts table's open alerts and those raised since a moment."""
    send: Callable[[tuple[AlertRow, ...]], bool]
    """To the table's writer; False while it is not up."""
    tell: Callable[[AlertRaised | AlertCleared], None]


@dataclass(frozen=True)
class OpenNow:
    """An open alert, its rule's title and unit, and until when it is snoozed."""

    key: Key
    title: str
    unit: str
    alert: OpenAlert
    reading: Reading | None
    snoozed: Snooze | None


@dataclass(frozen=True)
class RuleNow:
    """A rule as the pack has it, what was changed of it, and what it read last."""

    rule: AlertRuleSpec
    change: RuleChange
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class AlertsNow:
    """Everything at one moment; ``notice`` says why alerts.toml is not in use, if it is not."""

    open: tuple[OpenNow, ...]
    rules: tuple[RuleNow, ...]
    notice: str
    looked_s: float | None
    """Seconds since 1970 of the last look; None before the first."""


class AlertWatch:
    """Evaluates the pack's rules against one running lakehouse."""

    def __init__(
        self,
        pack: PackSpec,
        folder: Path,
        ways: Ways,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._pack = pack
        self._file = folder / "alerts.toml"
        self._ways = ways
        self._wall = wall
        self._outbox = Outbox(folder / "alerts-outbox.json")
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._state: dict[Key, Track] | None = None
        self._waited = 0
        self._test: OpenAlert | None = None
        self._readings: dict[Key, Reading] = {}
        self._looked_s: float | None = None
        self._notice = ""
        self._choices = self._load()

    def start(self) -> None:
        """Begins to look, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the loop after the look in hand."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Measures, evaluates, tells and sends, once."""
        now = self._wall()
        with self._lock:
            if self._state is None and not self._restore(now):
                return
            measured = self._ways.measure(now)
            told = self._evaluate(measured, now)
            self._deliver(now)
            self._looked_s = now
        for each in told:
            self._ways.tell(each)

    def view(self) -> AlertsNow:
        """What is open, the rules, and what they read."""
        now = self._wall()
        with self._lock:
            rules = tuple(
                RuleNow(
                    rule,
                    self._choices.of(rule.name),
                    tuple(r for key, r in self._readings.items() if key[0] == rule.name),
                )
                for rule in self._pack.alerts
            )
            opened = open_alerts(self._state or {})
            if self._test is not None:
                opened[TEST_KEY] = self._test
            items = tuple(self._open_now(key, alert, now) for key, alert in opened.items())
            return AlertsNow(items, rules, self._notice, self._looked_s)

    def unwritten(self) -> tuple[AlertRow, ...]:
        """Rows that the table does not have yet, or not as they are now."""
        with self._lock:
            return self._outbox.rows

    def snooze(self, key: Key, seconds: float | None) -> None:
        """No desktop notification of this key for so long; None: until the alert is cleared."""
        until: Snooze = UNTIL_CLEARED if seconds is None else self._wall() + seconds
        with self._lock:
            self._choose(self._choices.with_snooze(_name(key), until))

    def wake(self, key: Key) -> None:
        """Ends a snooze."""
        with self._lock:
            self._choose(self._choices.with_snooze(_name(key), None))

    def set_threshold(self, rule: str, value: float) -> None:
        """A threshold of one's own. Raises BadThreshold or AlertsFileError."""
        spec = self._rule(rule)
        check_threshold(spec, value)
        with self._lock:
            own = None if value == spec.threshold else value
            change = self._choices.of(rule).model_copy(update={"threshold": own})
            self._choose(self._choices.with_rule(rule, change))

    def set_enabled(self, rule: str, enabled: bool) -> None:
        """Switches a rule on or off; what it has open is cleared at the next look."""
        with self._lock:
            change = self._choices.of(rule).model_copy(update={"enabled": enabled})
            self._choose(self._choices.with_rule(rule, change))

    def reset(self, rule: str) -> None:
        """As the pack has it."""
        with self._lock:
            self._choose(self._choices.with_rule(rule, RuleChange()))

    def test(self) -> None:
        """Raises an alert that says it is a test, by the way of every alert; clears after 30 s."""
        now = self._wall()
        with self._lock:
            if self._test is not None:
                return
            self._test = OpenAlert(
                alert_id=f"test-{round(now * 1000)}",
                raised_s=now,
                severity="info",
                value=None,
                threshold=None,
                baseline=None,
                message="This is a test. It clears by itself within a minute.",
            )
            row = row_of(TEST_KEY, self._test)
            self._outbox.put([row])
            self._send(now)
        self._ways.tell(AlertRaised(title="Test alert", row=row, test=True))

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            try:
                self.look()
            except Exception:
                # A defect in one look must not end every later alert.
                log.exception("a look at the alerts failed")

    def _restore(self, now: float) -> bool:
        """Reads the past back; whether the watch may begin."""
        try:
            rows = {row.alert_id: row for row in self._ways.rows(now - REMEMBERED_S)}
        except LakehouseError as error:
            self._waited += 1
            if self._waited < PATIENCE:
                return False
            log.warning("the alerts table cannot be read, so its open alerts stay open: %s", error)
            rows = {}
        rows |= {row.alert_id: row for row in self._outbox.rows}
        self._state = restored(tuple(rows.values()), now)
        return True

    def _evaluate(self, measured: Measurements, now: float) -> list[AlertRaised | AlertCleared]:
        assert self._state is not None
        rules = effective(self._pack.alerts, self._choices)
        outcome = evaluate(rules, self._pack, measured, self._state, now)
        self._state, self._readings = outcome.state, outcome.readings
        told: list[AlertRaised | AlertCleared] = []
        choices = self._choices.awake(now)
        for row in outcome.raised:
            quiet = choices.snoozed(_name((row.rule, row.metric)), now) is not None
            told.append(AlertRaised(title=self._title(row.rule), row=row, quiet=quiet))
        cleared = [*outcome.cleared, *self._end_of_test(now)]
        for row in cleared:
            name = _name((row.rule, row.metric))
            if choices.snoozes.get(name) == UNTIL_CLEARED:
                choices = choices.with_snooze(name, None)
            test = row.rule == TEST_KEY[0]
            told.append(AlertCleared(title=self._title(row.rule), row=row, test=test))
        self._outbox.put([*outcome.raised, *cleared])
        if choices != self._choices:
            self._keep_quietly(choices)
        return told

    def _end_of_test(self, now: float) -> list[AlertRow]:
        if self._test is None or now - self._test.raised_s < TEST_S:
            return []
        row, self._test = row_of(TEST_KEY, self._test, now), None
        return [row]

    def _deliver(self, now: float) -> None:
        if self._outbox.awaited:
            oldest = min(row.raised_at_ms for row in self._outbox.rows) / 1000
            try:
                self._outbox.confirm(self._ways.rows(oldest - 1))
            except LakehouseError as error:
                log.warning("the alerts table cannot be read: %s", error)
        self._send(now)

    def _send(self, now: float) -> None:
        due = self._outbox.due(now)
        if due and self._ways.send(due):
            self._outbox.sent(due, now)

    def _load(self) -> Choices:
        try:
            return load_choices(self._file, self._pack.alerts)
        except AlertsFileError as error:
            self._notice = str(error)
            return Choices()

    def _choose(self, choices: Choices) -> None:
        if self._notice:
            set_aside(self._file)
        save_choices(self._file, choices.awake(self._wall()))
        self._choices, self._notice = choices, ""

    def _keep_quietly(self, choices: Choices) -> None:
        """For changes that nobody is waiting for; a file that cannot be used stays as it is."""
        try:
            if not self._notice:
                save_choices(self._file, choices)
        except AlertsFileError as error:
            log.warning("%s", error)
        self._choices = choices

    def _rule(self, name: str) -> AlertRuleSpec:
        return next(rule for rule in self._pack.alerts if rule.name == name)

    def _title(self, name: str) -> str:
        if name == TEST_KEY[0]:
            return "Test alert"
        return next((rule.title for rule in self._pack.alerts if rule.name == name), name)

    def _open_now(self, key: Key, alert: OpenAlert, now: float) -> OpenNow:
        unit = next((rule.unit for rule in self._pack.alerts if rule.name == key[0]), "number")
        snoozed = self._choices.snoozed(_name(key), now)
        return OpenNow(key, self._title(key[0]), unit, alert, self._readings.get(key), snoozed)


def _name(key: Key) -> str:
    return "/".join(key)
