"""History and saved queries in a file."""

from __future__ import annotations

import stat

import pytest

from engine.query import library as module
from engine.query.library import FILE_NAME, Library, LibraryError

pytestmark = pytest.mark.unit


@pytest.fixture
def library(tmp_path) -> Library:
    return Library(tmp_path)


def test_that_a_new_library_is_empty_and_private(library, tmp_path):
    assert (library.history(), library.saved()) == ((), ())
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_that_the_history_has_the_newest_first(library):
    library.note("SELECT 1", 1, 2.5)
    library.note("SELEKT", None, 0.5, "Syntax error.")
    second, first = library.history()
    assert (first.sql, first.rows, first.elapsed_ms, first.error) == ("SELECT 1", 1, 2.5, "")
    assert (second.rows, second.error) == (None, "Syntax error.")
    assert first.at <= second.at
    assert first.at.tzinfo is not None


def test_that_the_history_has_an_end(library, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 3)
    for number in range(5):
        library.note(f"SELECT {number}", 1, 1)
    assert [run.sql for run in library.history()] == ["SELECT 4", "SELECT 3", "SELECT 2"]


def test_that_search_takes_its_text_as_it_is(library):
    library.note("SELECT '100%'", 1, 1)
    library.note("select 1000", 1, 1)
    assert [run.sql for run in library.history("0%")] == ["SELECT '100%'"]
    assert len(library.history("SELECT")) == 2
    assert library.history("nothing") == ()


def test_that_a_name_is_saved_once_in_any_case(library):
    library.save(" Orders ", "SELECT 1")
    library.save("orders", "SELECT 2")
    library.save("Arpu", "SELECT 3")
    assert [(s.name, s.sql) for s in library.saved()] == [
        ("Arpu", "SELECT 3"),
        ("orders", "SELECT 2"),
    ]
    assert [s.name for s in library.saved("select 3")] == ["Arpu"]
    library.delete("ORDERS")
    library.delete("none")
    assert [s.name for s in library.saved()] == ["Arpu"]


def test_that_a_name_is_needed(library):
    with pytest.raises(LibraryError, match="needs a name"):
        library.save("  ", "SELECT 1")


def test_that_clearing_the_history_keeps_what_was_saved(library):
    library.note("SELECT 1", 1, 1)
    library.save("a", "SELECT 1")
    library.clear_history()
    assert (library.history(), len(library.saved())) == ((), 1)


def test_that_a_damaged_file_is_a_sentence(library, tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)
    with pytest.raises(LibraryError, match=FILE_NAME) as caught:
        library.history()
    assert "move it away" in caught.value.remedy
