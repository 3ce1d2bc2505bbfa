"""A lake with all its tables and a few versions of gold."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.lake import LakeReader
from pipelines.tables import Lake, ensure_tables

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture
def lake(tmp_path: Path, pack: PackSpec) -> Lake:
    made = Lake(tmp_path / "lake ü")
    ensure_tables(made, pack)
    return made


@pytest.fixture
def reader(lake: Lake) -> LakeReader:
    return LakeReader(lake.root)
