"""What set-up decides: nothing here makes a virtual environment or runs pip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import bootstrap
import pytest
from bootstrap import Machine, SetupError, SystemLibrary, Venv

pytestmark = pytest.mark.unit


class FakeRun:
    """Notes every command; makes what ``venv`` would make; fails those that hold a given word."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.failing: dict[str, str] = {}
        self.failures_left = 99

    def __call__(
        self, command: Sequence[str], _env: dict[str, str], take: Callable[[str], None]
    ) -> int:
        self.commands.append(list(command))
        for word, said in self.failing.items():
            if word in command and self.failures_left > 0:
                self.failures_left -= 1
                take(said)
                return 1
        if "venv" in command:
            make_venv(Path(command[-1]))
        if "--editable" in command:
            (Path(command[0]).parent / "rt-lakehouse").write_text("")
        return 0

    def ran(self, word: str) -> list[list[str]]:
        return [command for command in self.commands if word in command]


def make_venv(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin" / "python").write_text("")
    (folder / "pyvenv.cfg").write_text("version = 3.11.2\n")


@pytest.fixture
def run() -> FakeRun:
    return FakeRun()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def machine(run: FakeRun, said: list[str]) -> Machine:
    return Machine(
        version=(3, 11, 2),
        python="/usr/bin/python3",
        platform="linux",
        env={},
        is_root=False,
        has_module=lambda _: True,
        which=lambda name: f"/usr/bin/{name}",
        has_library=lambda _: True,
        run=run,
        say=said.append,
    )


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bootstrap, "provision", lambda *_: 0)
    for name in (*bootstrap.LOCKS, bootstrap.DEV_LOCK):
        (tmp_path / name).write_text("a==1\n")
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


@pytest.mark.parametrize("version", [(3, 8, 0), (3, 10, 14), (2, 7, 18)])
def test_that_an_old_python_is_refused_with_a_remedy(
    machine: Machine, root: Path, version: tuple[int, int, int]
) -> None:
    with pytest.raises(SetupError, match=r"needs Python 3\.11.*make setup PYTHON=python3\.11"):
        bootstrap.set_up(replace(machine, version=version), root)


def test_that_a_fresh_checkout_gets_every_step_in_order(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    assert bootstrap.set_up(machine, root) == 0
    steps = [command[-1] for command in run.commands]
    locks = [str(root / name) for name in bootstrap.LOCKS]
    assert steps == [str(root / ".venv"), *locks, str(root)]


def test_that_everything_is_installed_with_hashes_and_without_isolation(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    bootstrap.set_up(machine, root, dev=True)
    installs = run.ran("-r")
    assert len(installs) == 3
    for command in installs:
        assert {"--require-hashes", "--no-build-isolation"} <= set(command)


def test_that_a_second_call_runs_nothing(machine: Machine, run: FakeRun, root: Path) -> None:
    bootstrap.set_up(machine, root, dev=True)
    run.commands.clear()
    bootstrap.set_up(machine, root, dev=True)
    assert run.commands == []


def test_that_a_changed_lock_is_the_only_step_done_again(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    bootstrap.set_up(machine, root)
    run.commands.clear()
    (root / "requirements.lock").write_text("a==2\n")
    bootstrap.set_up(machine, root)
    assert [command[-1] for command in run.commands] == [str(root / "requirements.lock")]


def test_that_a_failed_step_is_where_the_next_call_begins(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    run.failing = {str(root / "requirements.lock"): "ERROR: interrupted"}
    with pytest.raises(SetupError):
        bootstrap.set_up(machine, root)
    run.failing, run.commands = {}, []
    bootstrap.set_up(machine, root)
    assert run.commands[0][-1] == str(root / "requirements.lock")


def test_that_a_moved_checkout_is_installed_anew(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    place = root / "before"
    venv = Venv(place, machine)
    venv.make()
    place.rename(root / "after")
    run.commands.clear()
    Venv(root / "after", machine).make()
    assert len(run.ran("venv")) == 1


def test_that_an_environment_made_by_hand_is_kept(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    make_venv(root / ".venv")
    Venv(root / ".venv", machine).make()
    assert run.ran("venv") == []


def test_that_a_missing_venv_module_without_sudo_prints_the_apt_line(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    run.failing = {"true": "sudo: a password is required"}
    lacking = replace(machine, has_module=lambda name: name != "ensurepip")
    with pytest.raises(SetupError) as caught:
        bootstrap.set_up(lacking, root)
    assert str(caught.value).endswith("\n  sudo apt-get install python3.11-venv")
    assert run.ran("apt-get") == []


@pytest.mark.parametrize(("is_root", "prefix"), [(True, []), (False, ["sudo", "-n"])])
def test_that_a_missing_venv_module_is_installed_where_that_is_allowed(
    machine: Machine, run: FakeRun, root: Path, is_root: bool, prefix: list[str]
) -> None:
    lacking = replace(machine, is_root=is_root, has_module=lambda name: name != "ensurepip")
    bootstrap.set_up(lacking, root)
    (command,) = run.ran("apt-get")
    assert command[: len(prefix) + 2] == [*prefix, "apt-get", "install"]
    assert command[-1] == "python3.11-venv"


def test_that_package_lists_are_fetched_where_a_system_has_none(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    run.failing, run.failures_left = {"install": "E: Unable to locate package"}, 1
    bootstrap.apt_install(replace(machine, is_root=True), ["p"], "p is missing")
    assert [command[1] for command in run.commands] == ["install", "update", "install"]


def test_that_a_system_without_apt_is_told_what_is_missing(machine: Machine, root: Path) -> None:
    other = replace(machine, which=lambda _: None, has_module=lambda _: False)
    with pytest.raises(SetupError, match="your system's package manager"):
        bootstrap.set_up(other, root)


def test_that_only_missing_libraries_are_installed(
    machine: Machine, run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = (SystemLibrary("a.so.1", "liba"), SystemLibrary("b.so.1", "libb"))
    monkeypatch.setattr(bootstrap, "SYSTEM_LIBRARIES", libraries)
    own = replace(machine, is_root=True, has_library=lambda name: name == "a.so.1")
    bootstrap.install_system_libraries(own)
    assert [command[-1] for command in run.commands] == ["libb"]


def test_that_no_network_is_one_sentence_with_a_remedy(
    machine: Machine, run: FakeRun, root: Path
) -> None:
    run.failing = {"pip": "WARNING: Retrying after NewConnectionError('…')"}
    with pytest.raises(SetupError) as caught:
        bootstrap.set_up(machine, root)
    assert "needs a network connection" in str(caught.value)
    assert str(caught.value).endswith("run `make setup` again.")
