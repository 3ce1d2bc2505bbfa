"""Qdrant's own program, started and ended: a script stands in for it, since none can be had."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from engine.knowledge.errors import KnowledgeUnavailable
from engine.knowledge.qdrant_binary import ServerPlan, running_server, server_config

pytestmark = pytest.mark.integration


@pytest.fixture
def plan(tmp_path) -> ServerPlan:
    return ServerPlan(tmp_path / "files", 4711, "k3y")


def program(tmp_path: Path, script: str) -> Path:
    file = tmp_path / "qdrant"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def test_that_it_is_up_once_it_answers_and_ends_with_its_context(plan, tmp_path):
    binary = program(tmp_path, 'cp "$2" seen.json; env > env.txt; echo up > up; exec sleep 60')
    config = tmp_path / "qdrant.json"

    def answers() -> None:
        if not (plan.folder / "up").exists():
            raise KnowledgeUnavailable("not yet", "")

    with running_server(binary, plan, tmp_path, answers) as process:
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        record = json.loads((tmp_path / "qdrant.pid").read_text())
        assert record["pid"] == process.pid
        assert record["start_time"]
    assert process.poll() is not None
    assert not config.exists()
    assert not (tmp_path / "qdrant.pid").exists()
    assert json.loads((plan.folder / "seen.json").read_text()) == server_config(plan)


def test_that_variables_that_would_override_the_file_are_not_passed_on(plan, tmp_path, monkeypatch):
    monkeypatch.setenv("QDRANT__SERVICE__HOST", "0.0.0.0")
    monkeypatch.setitem(os.environ, "RUN_MODE", "production")
    binary = program(tmp_path, "env > env.txt; echo up > up; exec sleep 60")

    def answers() -> None:
        if not (plan.folder / "up").exists():
            raise KnowledgeUnavailable("not yet", "")

    with running_server(binary, plan, tmp_path, answers):
        said = (plan.folder / "env.txt").read_text()
    assert "QDRANT" not in said
    assert "RUN_MODE" not in said


def test_that_a_program_that_ends_at_once_is_told(plan, tmp_path):
    def answers() -> None:
        raise KnowledgeUnavailable("not yet", "")

    with (
        pytest.raises(KnowledgeUnavailable, match="exit status 3"),
        running_server(program(tmp_path, "exit 3"), plan, tmp_path, answers),
    ):
        pass


def test_that_a_program_that_never_answers_is_ended(plan, tmp_path):
    def answers() -> None:
        raise KnowledgeUnavailable("not yet", "")

    with (
        pytest.raises(KnowledgeUnavailable, match="not ready within"),
        running_server(
            program(tmp_path, "exec sleep 60"), plan, tmp_path, answers, stopped=lambda: True
        ),
    ):
        pass
    assert not (tmp_path / "qdrant.pid").exists()
