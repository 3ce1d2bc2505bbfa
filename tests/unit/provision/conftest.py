"""Loads the set-up program, which is a script and in no package."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[3] / "packaging"

if str(PACKAGING) not in sys.path:
    sys.path.append(str(PACKAGING))
