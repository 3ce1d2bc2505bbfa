"""The shipped pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.pack import PackSpec
from engine.domain import load_pack

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)
