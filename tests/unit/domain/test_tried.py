"""A pack is tried again when anything about it has changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.pack import PackSpec
from engine.domain import PackError, tried
from engine.domain.loader import load_pack
from engine.domain.tried import KEPT, tried_pack

pytestmark = pytest.mark.unit


@pytest.fixture
def domains(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "domains"


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were loaded and tried."""
    seen: list[Path] = []

    def load(folder: Path) -> PackSpec:
        seen.append(folder)
        return load_pack(folder)

    monkeypatch.setattr(tried, "load_pack", load)
    return seen


def test_that_the_same_files_are_tried_once(copy: Path, domains: Path, trials: list[Path]) -> None:
    first = tried_pack(copy, domains)
    assert tried_pack(copy, domains) == first
    assert trials == [copy]
    assert (domains / KEPT / "ecommerce.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("file", ["pack.yaml", "questions/90_alerts.yaml", "knowledge/new.md"])
def test_that_another_file_is_tried(
    copy: Path, domains: Path, trials: list[Path], file: str
) -> None:
    tried_pack(copy, domains)
    (copy / "knowledge").mkdir(exist_ok=True)
    with (copy / file).open("a", encoding="utf-8") as stream:
        stream.write("# A page\n" + "\nIts text.\n" * file.endswith(".md"))
    tried_pack(copy, domains)
    assert len(trials) == 2


def test_that_a_pack_that_went_bad_is_refused(copy: Path, domains: Path) -> None:
    tried_pack(copy, domains)
    (copy / "questions" / "90_alerts.yaml").write_text("questions: [{}]\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(PackError, match="is missing"):
            tried_pack(copy, domains)


def test_that_other_code_tries_again(
    copy: Path, domains: Path, trials: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried_pack(copy, domains)
    monkeypatch.setattr(tried, "_judges", lambda: [b"another"])
    tried_pack(copy, domains)
    assert len(trials) == 2


@pytest.mark.parametrize("spoil", [b"", b"x", b"digest\n{}"])
def test_that_a_spoiled_note_is_no_pack(
    copy: Path, domains: Path, trials: list[Path], spoil: bytes
) -> None:
    spec = tried_pack(copy, domains)
    keeper = domains / KEPT / "ecommerce.json"
    digest, _, _ = keeper.read_bytes().partition(b"\n")
    keeper.write_bytes(spoil.replace(b"digest", digest))
    assert tried_pack(copy, domains) == spec
    assert len(trials) == 2


def test_that_no_data_folder_is_made_for_it(copy: Path, tmp_path: Path, trials: list[Path]) -> None:
    tried_pack(copy, tmp_path / "nowhere" / "domains")
    assert not (tmp_path / "nowhere").exists()
    assert trials == [copy]
