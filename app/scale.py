"""The size of text and controls on screens of many pixels.

macOS, Windows and Wayland scale by themselves. An X server mostly does not, and a screen of four
thousand pixels then shows letters that nobody can read. Qt takes its factor from the environment
before it opens the display, and only an open display tells how dense its pixels are.
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Final

from PySide6.QtGui import QGuiApplication, QScreen

FACTOR: Final = "QT_SCALE_FACTOR"
_CHOSEN: Final = (FACTOR, "QT_SCREEN_SCALE_FACTORS", "QT_FONT_DPI", "QT_USE_PHYSICAL_DPI")
"""Who has set one of these knows what they want."""
USUAL_DPI: Final = 96.0
STEP: Final = 0.25
LEAST: Final = 1.5
"""A smaller factor is not worth blurred lines, and many a screen tells its size wrongly."""
MOST: Final = 3.0
NONSENSE_DPI: Final = 400.0
"""No screen of a computer is that dense: projectors and virtual machines tell such sizes."""


def factor_of(screen: QScreen) -> float:
    """What the screen's density asks for beyond what the platform does already; 1 for nothing."""
    if screen.devicePixelRatio() != 1.0:
        return 1.0
    return factor_for(screen.physicalDotsPerInch())


def factor_for(dots_per_inch: float) -> float:
    """In quarters."""
    if dots_per_inch > NONSENSE_DPI:
        return 1.0
    wanted = round(dots_per_inch / USUAL_DPI / STEP) * STEP
    return min(MOST, wanted) if wanted >= LEAST else 1.0


def chosen_percent(settings_file: Path) -> float | None:
    """What the settings say, read without the engine; None for automatic.

    A file that cannot be read is told by those who need all of it.
    """
    try:
        value = tomllib.loads(settings_file.read_text(encoding="utf-8"))["window"]["scale"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(value) if isinstance(value, int | float) and 75 <= value <= 400 else None


def choose_before(settings_file: Path) -> None:
    """To be called before the application is made: takes what the settings say."""
    percent = chosen_percent(settings_file)
    if percent is not None and not _is_chosen():
        os.environ[FACTOR] = f"{percent / 100:g}"


def start_again_if_tiny(screen: QScreen) -> None:
    """To be called once the display is open: starts the program again with a factor it needs.

    The process stays the same one; it comes back here with the factor set, and goes on.
    """
    if _is_chosen():
        return
    factor = factor_of(screen)
    if factor == 1.0 or QGuiApplication.platformName() != "xcb":
        return
    os.environ[FACTOR] = f"{factor:g}"
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- ourselves


def _is_chosen() -> bool:
    return any(name in os.environ for name in _CHOSEN)
