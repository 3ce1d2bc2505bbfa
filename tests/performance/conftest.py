"""A running lakehouse to be measured, and the page that shows what was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lakehouse import Lakehouse
from tests.performance.report.page import write_page
from tests.performance.results import load


@pytest.fixture(scope="session", autouse=True)
def page() -> Iterator[None]:
    """Drawn anew where something was recorded."""
    before = load()
    yield
    if load() != before:
        write_page()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Lakehouse]:
    """The whole program, started; without demo events."""
    it = Lakehouse(tmp_path / "d")
    it.start()
    yield it
    it.end()
