"""What the window remembers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engine.errors import DataFolderError
from engine.host.window_state import FILE, WindowState, change_window, load_window
from engine.paths import DataPaths

pytestmark = pytest.mark.unit


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path / "data")


def test_that_nothing_is_remembered_at_first_and_nothing_is_made(paths):
    assert load_window(paths) == WindowState()
    assert not paths.root.exists()


def test_that_a_change_is_kept_and_leaves_the_rest(paths):
    change_window(paths, last_page="sql", geometry="QUJD")
    change_window(paths, welcomed=True)
    expected = WindowState(last_page="sql", geometry="QUJD", welcomed=True)
    assert load_window(paths) == expected
    assert (paths.root / FILE).stat().st_mode & 0o777 == 0o600


def test_that_a_broken_file_is_forgotten_and_then_replaced(paths):
    paths.create()
    (paths.root / FILE).write_bytes(b"= \xff")
    assert load_window(paths) == WindowState()
    change_window(paths, welcomed=True)
    assert load_window(paths).welcomed


def test_that_one_bad_line_costs_that_line_only(paths):
    paths.create()
    (paths.root / FILE).write_text('last_page = "5"\nwelcomed = true\nfrom_the_future = 1\n')
    assert load_window(paths) == WindowState(welcomed=True)


def test_that_a_value_that_cannot_be_is_refused(paths):
    with pytest.raises(ValidationError):
        change_window(paths, last_page="5")


def test_that_a_file_that_cannot_be_written_says_so(paths):
    paths.create()
    (paths.root / FILE).mkdir()
    with pytest.raises(DataFolderError):
        change_window(paths, welcomed=True)
