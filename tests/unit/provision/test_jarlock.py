"""The committed list of jars, and its agreement with what Ivy is told to fetch."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from engine.paths import resources_dir
from engine.provision.errors import JarLockBroken
from engine.provision.jarlock import LockedJar, read_lock, sha256_of

pytestmark = pytest.mark.unit

SHA = "a" * 64


def lock_file(folder: Path, text: str) -> Path:
    path = folder / "jars.lock"
    path.write_text(text)
    return path


def test_that_lines_are_read_in_order_and_comments_are_not(tmp_path: Path) -> None:
    text = f"# jars\n{SHA}  spark/a-1.jar\n\n{SHA}  broker/b_2.13-4.2.0.jar\n"
    assert read_lock(lock_file(tmp_path, text)) == (
        LockedJar(SHA, "spark", "a-1.jar"),
        LockedJar(SHA, "broker", "b_2.13-4.2.0.jar"),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "lists no jar"),
        (f"{SHA}  spark/a-1.jar\n<<<<<<< HEAD\n", "line 2"),
        ("abc  spark/a-1.jar\n", "line 1"),
        (f"{SHA}  spark/../a-1.jar\n", "line 1"),
        (f"{SHA}  other/a-1.jar\n", "unknown set 'other'"),
    ],
)
def test_that_a_damaged_lock_is_refused_with_its_line_and_a_remedy(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(JarLockBroken) as caught:
        read_lock(lock_file(tmp_path, text))
    assert reason in str(caught.value)
    assert "git checkout" in str(caught.value)


def test_that_a_missing_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JarLockBroken, match="No such file"):
        read_lock(tmp_path / "jars.lock")


def test_that_sha256_is_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"jar" * 1_000_000)
    assert sha256_of(path) == hashlib.sha256(b"jar" * 1_000_000).hexdigest()


def test_that_the_shipped_lock_and_ivy_name_the_same_jars() -> None:
    folder = resources_dir() / "jars"
    told = {
        f"{item.get('conf', '').partition('->')[0]}/{item.get('name')}-{item.get('rev')}.jar"
        for item in ET.parse(folder / "ivy.xml").getroot().iter("dependency")
    }
    assert told == {jar.relative for jar in read_lock(folder / "jars.lock")}


def test_that_no_dependency_is_left_to_choose_its_own() -> None:
    items = ET.parse(resources_dir() / "jars" / "ivy.xml").getroot().iter("dependency")
    assert {item.get("transitive") for item in items} == {"false"}


def test_that_shipped_files_of_the_jars_name_no_address() -> None:
    for path in (resources_dir() / "jars").iterdir():
        assert "://" not in path.read_text()
