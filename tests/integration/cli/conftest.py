"""Commands against data folders of their own; no test may leave a process behind."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lakehouse import Lakehouse, describe, living


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short path."""
    it = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    yield it
    shutil.rmtree(it, ignore_errors=True)


@contextlib.contextmanager
def on_folder(folder: Path) -> Iterator[Lakehouse]:
    """A program on a data folder; ended and looked after at the end."""
    it = Lakehouse(folder / "d")
    try:
        yield it
    finally:
        left = it.end()
        assert not living(it.root), f"These did not end: {describe(left)}"


@pytest.fixture
def stopped(folder: Path) -> Iterator[Lakehouse]:
    """A data folder on which nothing runs."""
    with on_folder(folder) as it:
        yield it
