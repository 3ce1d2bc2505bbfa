"""The statements of ``analyst.sql`` by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Final


def _read() -> dict[str, str]:
    text = Path(__file__).with_name("analyst.sql").read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in text.split("--# ")[2:]]
    return {name.strip(): sql.strip() for name, _, sql in parts}


STATEMENTS: Final = _read()
