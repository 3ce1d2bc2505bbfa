"""Text and controls on screens of small pixels."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QGuiApplication

from app.scale import FACTOR, choose_before, chosen_percent, factor_for, start_again_if_tiny

pytestmark = pytest.mark.unit


@pytest.fixture
def environment(monkeypatch) -> dict[str, str]:
    env: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", env)
    return env


@pytest.mark.parametrize(
    ("dots", "factor"),
    [(96, 1), (110, 1), (141, 1.5), (163, 1.75), (192, 2), (282, 3), (390, 3), (5_000, 1), (0, 1)],
)
def test_that_dense_screens_get_a_factor_and_impossible_ones_none(dots, factor) -> None:
    assert factor_for(dots) == factor


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("[window]\nscale = 150\n", 150),
        ("[window]\nscale = 90000\n", None),
        ("[window]\nscale = 'large'\n", None),
        ("[window]\n", None),
        ("window = 3\n", None),
        ("[broken", None),
    ],
)
def test_that_the_settings_say_it_or_nothing_does(tmp_path: Path, text, percent) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    assert chosen_percent(file) == percent
    assert chosen_percent(tmp_path / "none.toml") is None


def test_that_a_chosen_size_is_taken_unless_the_environment_has_one(tmp_path, environment) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[window]\nscale = 125\n")
    choose_before(file)
    assert environment[FACTOR] == "1.25"
    environment[FACTOR] = "3"
    choose_before(file)
    assert environment[FACTOR] == "3"


def _screen(ratio: float, dots: float) -> SimpleNamespace:
    return SimpleNamespace(devicePixelRatio=lambda: ratio, physicalDotsPerInch=lambda: dots)


@pytest.mark.parametrize(
    ("ratio", "dots", "platform", "begun"),
    [
        (1.0, 185.0, "xcb", True),
        (2.0, 185.0, "xcb", False),
        (1.0, 96.0, "xcb", False),
        (1.0, 185.0, "wayland", False),
    ],
)
def test_that_it_starts_again_only_where_nobody_else_scales(
    monkeypatch, environment, ratio, dots, platform, begun
) -> None:
    started: list[object] = []
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    monkeypatch.setattr(os, "execv", lambda *words: started.append(words))
    start_again_if_tiny(_screen(ratio, dots))  # type: ignore[arg-type]  # what is asked of a screen
    assert bool(started) is begun
    start_again_if_tiny(_screen(ratio, dots))  # type: ignore[arg-type]
    assert len(started) <= 1, "once is enough"
