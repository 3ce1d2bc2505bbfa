"""Which changes wait for which restart, and what is said of a setting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.pages.settings import texts
from app.pages.settings.bars import restart_sentence, secrets_sentence
from app.pages.settings.pending import PendingRestarts
from engine.settings.describe import describe
from engine.settings.load import load

pytestmark = pytest.mark.unit
ALL = {info.path: info for info in describe(load({}, Path("/nonexistent")))}


def _noted(*changes: tuple[str, object]) -> PendingRestarts:
    pending = PendingRestarts()
    for path, value in changes:
        pending.note(ALL[path], replace(ALL[path], value=value))
    return pending


def test_that_changes_are_counted_by_what_they_wait_for():
    pending = _noted(("spark.late_grace", 1), ("generator.countries", ("DE",)), ("domain", "saas"))
    assert pending.services == ("generator", "pipeline")
    assert (pending.waiting, pending.waiting_for_program) == (2, 1)
    assert restart_sentence(pending) == (
        "2 changes need a restart of the demo events and pipeline. "
        "1 change needs a restart of the program: quit and open it."
    )


def test_that_what_counts_at_once_waits_for_nothing():
    assert restart_sentence(_noted(("window.theme", "dark"), ("generator.rate", 5.0))) == ""


def test_that_a_value_that_is_changed_back_waits_for_nothing():
    path = "spark.late_grace"
    pending = _noted((path, 60))
    pending.note(replace(ALL[path], value=60), ALL[path])
    assert pending.waiting == 0


def test_that_another_password_waits_although_its_value_is_never_seen():
    pending = _noted(("kafka.sasl_password", None))
    assert (pending.waiting, pending.services) == (1, ("broker", "pipeline"))


def test_that_a_service_that_started_waits_no_more():
    pending = _noted(("spark.late_grace", 1), ("kafka.heap_mb", 300))
    pending.started("pipeline")
    assert pending.services == ("broker",)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("spark.late_grace", 900.0, "15 minutes"),
        ("disk.warn_below", 2_000_000_000, "2.0 GB"),
        ("generator.rate", 1500.0, "1,500 events/s"),
        ("generator.rate", 0.5, "0.50 events/s"),
        ("generator.countries", (), "the pack's mix"),
        ("generator.countries", ("DE", "FR"), "DE, FR"),
        ("window.notifications", True, "On"),
        ("kafka.provider", None, "Automatic"),
        ("kafka.provider", "kafka", "Built-in Kafka"),
    ],
)
def test_that_a_value_reads_well(path, value, says):
    assert texts.value_text(ALL[path], value) == says


def test_that_bounds_read_well():
    assert texts.bounds_text(ALL["spark.late_grace"]) == "1 second to 7 days"
    assert texts.bounds_text(ALL["disk.warn_below"]) == ""
    assert texts.bounds_text(ALL["domain"]) == ""


@pytest.mark.parametrize(
    ("source", "keyring", "says"),
    [
        ("keyring", True, "Stored in the system keyring"),
        ("session", False, "for this session only"),
        ("file", True, "Move it to the keyring"),
        ("environment", True, "environment"),
        ("default", True, "will be stored in the system keyring"),
        ("default", False, "There is no system keyring"),
    ],
)
def test_that_a_secret_says_where_it_is_kept(source, keyring, says):
    info = replace(ALL["kafka.sasl_password"], source=source)
    assert says in texts.secret_text(info, keyring)


def test_that_a_secret_in_the_file_is_warned_of_with_a_way_out():
    assert secrets_sentence([], keyring=True) == ""
    assert "Move it" in secrets_sentence(["Password"], keyring=True)
    assert "environment variable" in secrets_sentence(["Password"], keyring=False)


def test_that_a_search_looks_at_title_name_and_reason():
    info = ALL["spark.late_grace"]
    assert all(texts.matches(info, words) for words in ("grace LATE", "late_grace", "gold spark"))
    assert not texts.matches(info, "grace kafka")
