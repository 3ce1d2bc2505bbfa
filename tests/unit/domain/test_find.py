"""Which of the shipped pack, the copy and the last good copy is used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.domain import PackError, find_pack

pytestmark = pytest.mark.unit


@pytest.fixture
def resources(tmp_path: Path, copy: Path) -> Path:
    shutil.copytree(copy, tmp_path / "resources" / "domains" / "ecommerce")
    return tmp_path / "resources"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def override(data: Path, copy: Path) -> Path:
    return Path(shutil.copytree(copy, data / "domains" / "ecommerce"))


def _retitle(folder: Path, title: str) -> None:
    path = folder / "pack.yaml"
    text = path.read_text(encoding="utf-8").splitlines()
    text[[line.startswith("title:") for line in text].index(True)] = f"title: {title}"
    path.write_text("\n".join(text), encoding="utf-8")


def test_that_the_shipped_pack_serves_without_a_copy(resources: Path, data: Path) -> None:
    found = find_pack("ecommerce", data, resources)
    assert (found.spec.title, found.notices) == ("Online shop", ())


def test_that_a_copy_overrides_the_shipped_pack(
    resources: Path, data: Path, override: Path
) -> None:
    _retitle(override, "My shop")
    found = find_pack("ecommerce", data, resources)
    assert (found.spec.title, found.notices) == ("My shop", ())


def test_that_the_last_good_copy_stays_in_use_when_the_copy_breaks(
    resources: Path, data: Path, override: Path
) -> None:
    _retitle(override, "My shop")
    find_pack("ecommerce", data, resources)
    _retitle(override, "[")
    found = find_pack("ecommerce", data, resources)
    assert found.spec.title == "My shop"
    assert "pack.yaml:" in found.notices[0]
    assert "the last good version stays in use" in found.notices[0]


def test_that_the_shipped_pack_serves_when_no_copy_was_ever_good(
    resources: Path, data: Path, override: Path
) -> None:
    _retitle(override, "[")
    found = find_pack("ecommerce", data, resources)
    assert found.spec.title == "Online shop"
    assert "the shipped pack stays in use" in found.notices[0]


def test_that_a_copy_under_another_name_is_refused(
    resources: Path, data: Path, override: Path
) -> None:
    path = override / "pack.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name: ecommerce", "name: other"), encoding="utf-8")
    found = find_pack("ecommerce", data, resources)
    assert "calls itself 'other'" in found.notices[0]


def test_that_a_bad_shipped_pack_raises(resources: Path, data: Path) -> None:
    _retitle(resources / "domains" / "ecommerce", "[")
    with pytest.raises(PackError):
        find_pack("ecommerce", data, resources)
