"""``make screenshots``: a data folder with hours of events, a display, and the pictures in docs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from engine.host.window_state import change_window
from engine.paths import DataPaths
from tests.e2e.lakehouse import CHECKOUT
from tests.helpers.demo_lake import make_demo_lake
from tests.window.child import play

HOURS, RATE = 3.0, 60.0


def main() -> None:
    """Takes about six minutes."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    try:
        paths = DataPaths(folder / "lakehouse")
        paths.create()
        make_demo_lake(paths.lake, hours=HOURS, rate=RATE)
        change_window(paths, welcomed=True)
        # At the rate of the hours before, so that the pictures show no jump that is not there.
        paths.settings_file.write_text(f"[generator]\nrate = {RATE}\n", encoding="utf-8")
        play("screenshots", paths.root, str(CHECKOUT / "docs" / "screenshots"), seconds=600)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
