"""What a check of ``doctor`` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """Result of one check; ``remedy`` is empty where nothing is to do."""

    check: str
    level: Level
    detail: str
    remedy: str = ""
