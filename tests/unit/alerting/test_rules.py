"""A person's changes to the rules, and the file that keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.alerting.rules import (
    AlertsFileError,
    BadThreshold,
    Choices,
    RuleChange,
    changed,
    check_threshold,
    effective,
    load_choices,
    save_choices,
    set_aside,
)
from engine.contracts.pack import PackSpec
from tests.unit.alerting.minutes import rule

pytestmark = pytest.mark.unit

ALL = Choices(
    {"processing_lag": RuleChange(threshold=120.0), "error_rate": RuleChange(enabled=False)},
    {"service_down/broker": 1_735_732_800.5, "error_rate/error_rate": "cleared"},
)


def test_that_changes_survive_their_file(tmp_path: Path, pack: PackSpec) -> None:
    file = tmp_path / "alerts.toml"
    save_choices(file, ALL)
    assert load_choices(file, pack.alerts) == ALL
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["alerts.toml"]


def test_that_no_file_means_no_changes(tmp_path: Path, pack: PackSpec) -> None:
    assert load_choices(tmp_path / "alerts.toml", pack.alerts) == Choices()


def test_that_rules_of_another_pack_stay_and_change_nothing(pack: PackSpec) -> None:
    choices = ALL.with_rule("churn", RuleChange(enabled=False))
    assert effective(pack.alerts, choices) == effective(pack.alerts, ALL)
    assert "churn" in choices.rules


def test_that_a_rule_switched_off_is_not_evaluated(pack: PackSpec) -> None:
    names = [rule.name for rule in effective(pack.alerts, ALL)]
    assert "error_rate" not in names
    assert len(names) == len(pack.alerts) - 1


def test_that_clearing_moves_with_the_threshold(pack: PackSpec) -> None:
    lag = changed(rule(pack, "processing_lag"), ALL)
    assert (lag.threshold, lag.clear_threshold) == (120.0, 24.0)


def test_that_a_change_back_is_no_change() -> None:
    assert ALL.with_rule("error_rate", RuleChange()).rules.keys() == {"processing_lag"}


def test_that_a_snooze_ends(pack: PackSpec) -> None:
    assert ALL.snoozed("service_down/broker", 1_735_732_800) == 1_735_732_800.5
    assert ALL.snoozed("service_down/broker", 1_735_732_801) is None
    assert ALL.snoozed("error_rate/error_rate", 2e9) == "cleared"
    assert ALL.awake(1_735_732_801).snoozes == {"error_rate/error_rate": "cleared"}


@pytest.mark.parametrize("value", [0.0, 90_000.0, float("nan")])
def test_that_a_threshold_has_bounds(pack: PackSpec, value: float) -> None:
    with pytest.raises(BadThreshold, match="from 5 s to 24 h\\."):
        check_threshold(rule(pack, "processing_lag"), value)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("schema_version = 1\n[rules.x]\nthreshold = 'a'", 3, "valid number"),
        ("schema_version = 1\n[rules.x]\nenabled = 1", 3, "boolean"),
        ("schema_version = 1\n[rules.x]\n\nlimit = 2", 4, "not permitted"),
        ("schema_version = 2", 1, "schema_version"),
        ("schema_version = 1\n[rules.processing_lag]\nthreshold = 1", 3, "cannot be 1 s"),
        ("schema_version = 1\n[snoozes]\n'a/b' = 'x'", None, "snoozes"),
    ],
)
def test_that_a_bad_value_is_refused_with_its_line(
    tmp_path: Path, pack: PackSpec, text: str, line: int | None, reason: str
) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AlertsFileError) as caught:
        load_choices(file, pack.alerts)
    assert reason in str(caught.value)
    if line is not None:
        assert f"alerts.toml:{line} " in str(caught.value)


def test_that_broken_toml_is_refused_with_its_line(tmp_path: Path, pack: PackSpec) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text("schema_version = 1\n[rules\n", encoding="utf-8")
    with pytest.raises(AlertsFileError, match="line 2"):
        load_choices(file, pack.alerts)


def test_that_a_refused_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text("x", encoding="utf-8")
    set_aside(file)
    set_aside(file)
    assert (tmp_path / "alerts.toml.refused").read_text("utf-8") == "x"
