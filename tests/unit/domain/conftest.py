"""A copy of the shipped pack that a test may spoil; of its questions it has the alerts' only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture
def shipped() -> Path:
    return SHIPPED


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    most = shutil.ignore_patterns("[1-8]0_*.yaml")
    return Path(shutil.copytree(SHIPPED, tmp_path / "ecommerce", ignore=most))
