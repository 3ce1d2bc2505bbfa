"""The rules: on or off, their thresholds edited in place, and back to the pack's own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.pages.alerts.looks import WORDS, tone
from app.widgets.badge import Badge
from app.widgets.scroll import ScrollColumn
from app.widgets.tone import set_tone
from app.words import tr
from engine.errors import LakehouseError
from engine.readings.alerts import RuleView


class RulesList(ScrollColumn):
    """One row a rule. Thresholds travel as the engine has them, not as shown."""

    threshold_chosen = Signal(str, float)
    switched = Signal(str, bool)
    reset_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent=parent)
        self.setObjectName("alertRules")
        self.rows: dict[str, RuleRow] = {}
        self.none = QLabel()
        self.none.setObjectName("muted")
        self.none.setWordWrap(True)
        self.none.hide()
        self.column.addWidget(self.none)

    def show_rules(self, rules: tuple[RuleView, ...]) -> None:
        """Rules do not come and go while the program runs, so rows are made once."""
        self.none.setText(tr("This pack has no alert rules. Add an alerts.yaml to it."))
        self.none.setVisible(not rules)
        for rule in rules:
            if rule.name not in self.rows:
                row = RuleRow(
                    rule, self.threshold_chosen.emit, self.switched.emit, self.reset_asked.emit
                )
                self.rows[rule.name] = row
                self.column.addWidget(row)
            self.rows[rule.name].show_rule(rule)

    def show_unread(self, error: LakehouseError) -> None:
        """In the place of rules that were never read."""
        self.none.setText(str(error))
        self.none.setVisible(not self.rows)

    def show_saved(self) -> None:
        """What the rows show is decided by the next refresh again."""
        for row in self.rows.values():
            row.settle()


class RuleRow(QFrame):
    """One rule."""

    def __init__(
        self,
        rule: RuleView,
        choose: Callable[[str, float], None],
        switch: Callable[[str, bool], None],
        reset: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self._rule = rule
        self._choose = choose
        self._waiting = False
        self.enabled = QCheckBox()
        self.enabled.setToolTip(tr("Whether this rule is looked at"))
        self.enabled.setAccessibleName(tr("{0}: switched on").format(rule.title))
        self.enabled.clicked.connect(lambda on: self._hold(lambda: switch(rule.name, on)))
        self.badge = Badge(tr(WORDS.get(rule.severity, rule.severity)), tone(rule.severity))
        self.badge.setFixedWidth(80)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel(rule.title)
        self.about = QLabel(rule.about)
        self.about.setObjectName("small")
        self.about.setWordWrap(True)
        self.now = QLabel()
        self.now.setObjectName("small")
        self.now.setMinimumWidth(112)
        self.now.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.spin = self._spin(rule)
        self.reset = QPushButton(tr("Reset"))
        self.reset.setObjectName("flat")
        self.reset.setAccessibleName(tr("Reset {0}").format(rule.title))
        self.reset.clicked.connect(lambda: self._hold(lambda: reset(rule.name)))
        self._lay_out()

    def _spin(self, rule: RuleView) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setObjectName(f"threshold-{rule.name}")
        spin.setAccessibleName(tr("Threshold of {0}").format(rule.title))
        spin.setDecimals(rule.decimals)
        spin.setRange(rule.low, rule.high)
        spin.setSuffix(rule.suffix)
        spin.setGroupSeparatorShown(True)
        spin.setKeyboardTracking(False)
        spin.setSingleStep(_step(rule))
        spin.setFixedWidth(128)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        # A wheel over a list that is scrolled must not change a threshold.
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        spin.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]
        bounds = tr("From {0} to {1}").format(
            spin.textFromValue(rule.low) + rule.suffix, spin.textFromValue(rule.high) + rule.suffix
        )
        spin.setToolTip(bounds)
        spin.valueChanged.connect(self._changed)
        return spin

    def _lay_out(self) -> None:
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self.title)
        text.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(16)
        row.addWidget(self.enabled)
        row.addWidget(self.badge)
        row.addLayout(text, 1)
        row.addWidget(self.now)
        row.addWidget(self.spin)
        row.addWidget(self.reset)

    def show_rule(self, rule: RuleView) -> None:
        """Fills it in, but not over a choice that is still being kept."""
        self._rule = rule
        self.now.setText(tr("now {0}").format(rule.now) if rule.enabled else tr("switched off"))
        set_tone(self.now, "bad" if rule.breached and rule.enabled else "")
        if self._waiting:
            return
        self.enabled.setChecked(rule.enabled)
        self.spin.setEnabled(rule.enabled)
        self.reset.setEnabled(rule.changed)
        default = self.spin.textFromValue(rule.default) + rule.suffix
        self.reset.setToolTip(tr("Back to {0}, switched on").format(default))
        if not self.spin.hasFocus() or not self.spin.lineEdit().isModified():
            self.spin.blockSignals(True)
            self.spin.setValue(rule.threshold)
            self.spin.blockSignals(False)

    def settle(self) -> None:
        """The choice was kept or refused."""
        self._waiting = False

    def _changed(self, value: float) -> None:
        self.spin.lineEdit().setModified(False)
        self._hold(lambda: self._choose(self._rule.name, value / self._rule.scale))

    def _hold(self, send: Callable[[], None]) -> None:
        self._waiting = True
        send()


def _step(rule: RuleView) -> float:
    """About a tenth of the default, as a round number."""
    for step in (1000.0, 100.0, 50.0, 10.0, 5.0, 1.0, 0.5, 0.1):
        if step <= rule.default / 4:
            return step
    return 0.1 if rule.decimals else 1.0
