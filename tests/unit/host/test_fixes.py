"""What can be mended for a finding, and that it is mended."""

from __future__ import annotations

import os

import pytest

from engine.errors import SettingsError
from engine.host import fixes
from engine.host.checks import Finding, check_memory, examine
from engine.host.fixes import fix_for
from engine.paths import DataPaths
from engine.settings import load_settings

pytestmark = pytest.mark.unit


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path).create()


def _settings_finding(paths):
    return next(f for f in examine(paths) if f.check == "settings")


def test_that_broken_settings_can_be_moved_aside_and_nothing_is_lost(paths):
    paths.settings_file.write_text("[spark\nwatermark_delay = 5\n")
    finding = _settings_finding(paths)
    assert finding.level == "error"
    fix = fix_for(finding, paths)
    assert fix is not None
    assert "settings.toml" in fix.explains
    said = fix.run()
    aside = next(paths.root.glob("settings.broken-*.toml"))
    assert aside.read_text().startswith("[spark\n")
    assert aside.name in said
    assert _settings_finding(paths).level == "ok"


def test_that_a_variable_at_fault_does_not_cost_the_file(paths, monkeypatch):
    paths.settings_file.write_text("[generator]\nrate = 5\n")
    monkeypatch.setenv("PRODUCER_RATE", "many")
    finding = _settings_finding(paths)
    assert finding.level == "error"
    assert fix_for(finding, paths) is None


def test_that_a_settings_file_that_is_gone_meanwhile_is_no_error(paths):
    paths.settings_file.write_text("[spark\n")
    fix = fix_for(_settings_finding(paths), paths)
    paths.settings_file.unlink()
    assert fix is not None
    assert "gone already" in fix.run()


def test_that_a_folder_closed_to_its_owner_is_opened(paths):
    paths.logs.chmod(0o500)
    finding = Finding("folder", "error", "The data folder cannot be used.")
    fix = fix_for(finding, paths)
    assert fix is not None
    assert str(paths.logs) in fix.explains
    assert str(paths.lake) not in fix.explains
    fix.run()
    assert paths.logs.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_closed_folder_is_found_and_mended(paths):
    paths.root.chmod(0o500)
    finding = next(f for f in examine(paths) if f.check in ("folder", "data folder"))
    assert finding.level == "error"
    fix = fix_for(finding, paths)
    assert fix is not None
    fix.run()


def test_that_a_folder_that_is_open_has_no_fix(paths):
    assert fix_for(Finding("folder", "error", "The disk is read-only."), paths) is None


def test_that_jars_are_fetched_again(paths, monkeypatch):
    fetched = []
    monkeypatch.setattr(fixes, "verify", lambda quick: ["a jar"])
    monkeypatch.setattr(fixes, "ensure_jars", lambda: fetched.append("jars"))
    fix = fix_for(Finding("jars", "error", "Missing or changed: x."), paths)
    assert fix is not None
    assert "needs the network" in fix.explains
    assert fix.run() == "1 jar was fetched."
    assert fetched == ["jars"]


def test_that_models_are_fetched_again(paths, monkeypatch):
    monkeypatch.setattr(fixes, "ensure_models", lambda: 2)
    fix = fix_for(Finding("models", "warning", "Missing or changed: x."), paths)
    assert fix is not None
    assert fix.run() == "2 models were fetched and checked."


@pytest.mark.parametrize("level", ["ok", "warning"])
def test_that_what_a_person_must_do_has_no_fix(paths, level):
    assert fix_for(Finding("disk", level, "x"), paths) is None
    assert fix_for(Finding("jars", "ok", "x"), paths) is None


def test_that_a_fix_that_fails_says_what_to_do(paths):
    paths.settings_file.write_text("[spark\n")
    fix = fix_for(_settings_finding(paths), paths)
    assert fix is not None
    with pytest.raises(SettingsError):
        load_settings({}, paths.root)


def test_that_memory_the_lakehouse_holds_is_not_lacking():
    assert check_memory(10**12).level == "ok"
