"""Argument files, class paths and archives."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.errors import ProviderError
from engine.providers.base import ToolResult
from engine.providers.jvm import ClassArchive, argument_file, check_jars

pytestmark = pytest.mark.unit


def test_that_an_argument_file_is_private_and_quoted(tmp_path):
    reference = argument_file(tmp_path / "a", ["-cp", 'a b"c\\d', "X=[p=1]"])
    assert reference == f"@{tmp_path / 'a'}"
    assert (tmp_path / "a").read_text() == '"-cp"\n"a b\\"c\\\\d"\n"X=[p=1]"\n'
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_that_missing_jars_are_told_of(tmp_path):
    (tmp_path / "a.jar").touch()
    assert check_jars([tmp_path / "a.jar"]) == (tmp_path / "a.jar",)
    with pytest.raises(ProviderError, match=r"1 of 2 jars are missing, b\.jar"):
        check_jars([tmp_path / "a.jar", tmp_path / "b.jar"])


def test_that_an_archive_is_dumped_then_added_to_then_used(tmp_path):
    java = tmp_path / "java"
    java.touch()
    archive = ClassArchive(tmp_path / "cds", java, (Path("/j/kafka.jar"),))
    assert archive.flags() == ()

    async def dump(argv, _cwd) -> ToolResult:
        Path(argv[2].partition("=")[2]).touch()
        return ToolResult(0, "")

    asyncio.run(archive.prepare(dump))
    assert any("ArchiveClassesAtExit" in flag for flag in archive.flags())
    top = next(f for f in archive.flags() if "ArchiveClassesAtExit" in f).partition("=")[2]
    Path(top).touch()
    assert "-XX:+VerifySharedSpaces" in archive.flags()
    archive.discard()
    assert archive.flags() == ()


def test_that_archives_of_other_jars_are_not_used(tmp_path):
    java = tmp_path / "java"
    java.touch()
    one = ClassArchive(tmp_path / "cds", java, (Path("/j/a.jar"),))
    two = ClassArchive(tmp_path / "cds", java, (Path("/j/b.jar"),))
    assert one._base != two._base


def test_that_a_dump_that_fails_costs_only_speed(tmp_path):
    java = tmp_path / "java"
    java.touch()
    archive = ClassArchive(tmp_path / "cds", java, ())

    async def dump(_argv, _cwd) -> ToolResult:
        return ToolResult(1, "no")

    asyncio.run(archive.prepare(dump))
    assert archive.flags() == ()
