"""Files of exports."""

from __future__ import annotations

import pytest

from engine.readings.export import ExportFailed, write_bytes, write_text

pytestmark = pytest.mark.unit


def test_that_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old")
    write_text(target, "Zürich\n")
    assert target.read_bytes() == "Zürich\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_that_a_failure_leaves_the_old_file_and_says_what_to_do(tmp_path):
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(ExportFailed, match="Choose another folder"):
        write_bytes(target, b"x")
    assert list(tmp_path.iterdir()) == [target]
