"""Alert rules that could never work are refused with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain import PackError, load_pack

pytestmark = pytest.mark.unit


def test_that_the_shipped_rules_have_the_contract_s_defaults(shipped: Path) -> None:
    rules = {rule.name: rule for rule in load_pack(shipped).alerts}
    assert {name: (rule.metric, rule.threshold) for name, rule in rules.items()} == {
        "conversion_low": ("conversion_rate", 0.02),
        "processing_lag": ("processing_lag_s", 300),
        "error_rate": ("error_rate", 0.05),
        "service_down": ("service_down_s", 60),
        "audit": ("audit_differences", 0),
        "orders_anomaly": ("orders", 3),
        "gmv_anomaly": ("gmv_usd", 3),
        "events_anomaly": ("events", 3),
    }
    assert rules["conversion_low"].direction == "below"


@pytest.mark.parametrize(
    ("old", "new", "line_of", "reason"),
    [
        ("metric: orders\n", "metric: order\n", "metric: order", "did you mean 'orders'"),
        ("metric: view_users", "metric: view_user", "view_user,", "no metric 'view_user'"),
        ("name: error_rate", "name: processing_lag", "name: processing_lag", "there twice"),
        ("severity: warning", "severity: bad", "severity: bad", "'critical'"),
        ("threshold: 0.05", "threshold: 1.5", "threshold: 1.5", "outside its bounds"),
        ("[5, 86400]", "[86400, 5]", "[86400, 5]", "leave no room"),
        ("clear_threshold: 60", "clear_threshold: 400", "clear_threshold: 400", "far side"),
        ("direction: below", "direction: both", "direction: both", "no meaning"),
        ("metric: gmv_usd", "metric: net_usd", "metric: net_usd", "does not grow"),
        ("metric: service_down_s", "metric: orders", "metric: orders", "does not fit"),
        ("    minimum: {metric: view_users, value: 200}\n", "", "name: conv", "no minimum"),
        ("{service} has", "{servce} has", "{servce}", "did you mean 'service'"),
        ("{service} has", "{service has", "{service has", "cannot be filled in"),
        ("raise_after_s: 20", "raise_after: 20", "raise_after: 20", "did you mean 'raise_after_s'"),
    ],
)
def test_that_a_fault_is_named_with_its_line(
    copy: Path, old: str, new: str, line_of: str, reason: str
) -> None:
    file = copy / "alerts.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(copy)
    places = [
        n for n, line in enumerate(file.read_text("utf-8").splitlines(), 1) if line_of in line
    ]
    assert caught.value.file == file
    assert caught.value.line in places
    assert reason in caught.value.reason
    assert caught.value.remedy.endswith(".")
