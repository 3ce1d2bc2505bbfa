"""Fetches jars with Apache Ivy, which pyspark carries among its own jars.

Ivy is told exactly the jars that are missing, one by one and without their dependencies, so a
single corrupt jar costs one small download and the lock stays the only list there is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from engine.paths import resources_dir
from engine.provision.errors import JarsNotFetched
from engine.provision.jarlock import LockedJar
from engine.provision.java import find_java
from engine.provision.network import java_network_options

MIRROR_VARIABLE = "RTLAKEHOUSE_MAVEN_MIRROR"

Run = Callable[[Sequence[str], Callable[[str], None]], int]
"""Runs a command, hands on each line of its output, returns its exit status."""


@dataclass(frozen=True)
class FetchProgress:
    """How far a download is: ``done`` of ``total`` jars, ``size`` bytes of them."""

    done: int
    total: int
    size: int


Report = Callable[[FetchProgress], None]


@dataclass(frozen=True)
class IvyFetcher:
    """Callable that puts jars into a folder, as ``<set>/<artifact>-<version>.jar``.

    ``cache`` outlives a failed fetch, so that the next one goes on from there.
    """

    cache: Path
    env: Mapping[str, str]
    run: Run | None = None

    def __call__(self, jars: Sequence[LockedJar], target: Path, report: Report) -> None:
        """Raises JarsNotFetched, saying what Ivy met."""
        listener = _Listener(len(jars), self.cache, report)
        # One jar first: with no network Ivy would run into a time-out for each of them.
        for batch in (jars[:1], jars):
            try:
                status = (self.run or run_lines)(self._command(batch, target), listener.take)
            finally:
                self._arguments.unlink(missing_ok=True)
            missing = [jar for jar in batch if not (target / jar.relative).is_file()]
            if status or missing:
                raise not_fetched(listener.output, missing)

    def drop_cache(self) -> None:
        """Forget all that Ivy has: after success it only doubles the disk used; a corrupt jar
        would come back out of it."""
        shutil.rmtree(self.cache, ignore_errors=True)

    @property
    def _arguments(self) -> Path:
        return self.cache / "java.args"

    def _command(self, jars: Sequence[LockedJar], target: Path) -> list[str]:
        work = self.cache
        work.mkdir(parents=True, exist_ok=True)
        templates = resources_dir() / "jars"
        modules = write_modules(templates / "ivy.xml", jars, work / "ivy.xml")
        mirror = self.env.get(MIRROR_VARIABLE, "").strip()
        settings = write_settings(
            templates / "ivysettings.xml", work / "ivysettings.xml", work, mirror
        )
        options = [f"-Divy.default.ivy.user.dir={work}", *java_network_options(self.env, work)]
        write_argument_file(self._arguments, options)
        return [
            str(find_java(self.env).java),
            "-XX:TieredStopAtLevel=1",
            f"@{self._arguments}",
            "-cp",
            str(ivy_jar()),
            "org.apache.ivy.Main",
            "-settings",
            str(settings),
            "-ivy",
            str(modules),
            "-retrieve",
            f"{target}/[conf]/[artifact]-[revision].[ext]",
        ]


def ivy_jar() -> Path:
    """Ivy's own jar. Raises JarsNotFetched where pyspark is not installed."""
    spec = find_spec("pyspark")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        for jar in sorted((Path(folder) / "jars").glob("ivy-*.jar")):
            return jar
    raise JarsNotFetched(
        "The Maven jars could not be fetched: the fetcher inside the pyspark package is missing.",
        "Remedy: run `make setup` again.",
    )


def write_modules(template: Path, jars: Iterable[LockedJar], path: Path) -> Path:
    """``ivy.xml`` with only the given jars left in it."""
    wanted = {jar.relative for jar in jars}
    tree = ET.parse(template)  # noqa: S314 - our own file
    dependencies = tree.getroot().find("dependencies")
    assert dependencies is not None, template
    for item in list(dependencies):
        if _relative(item) not in wanted:
            dependencies.remove(item)
        wanted.discard(_relative(item))
    assert not wanted, f"ivy.xml lacks {sorted(wanted)}"
    tree.write(path, encoding="utf-8", xml_declaration=True)
    return path


def write_settings(template: Path, path: Path, cache: Path, mirror: str) -> Path:
    """Ivy's settings with our cache, and the mirror's root where one is named."""
    tree = ET.parse(template)  # noqa: S314 - our own file
    caches, resolver = tree.getroot().find("caches"), tree.getroot().find("resolvers/ibiblio")
    assert caches is not None, template
    assert resolver is not None, template
    caches.set("defaultCacheDir", str(cache / "artifacts"))
    if mirror:
        resolver.set("root", mirror.rstrip("/") + "/")
    tree.write(path, encoding="utf-8", xml_declaration=True)
    return path


def write_argument_file(path: Path, options: Iterable[str]) -> None:
    """Java's ``@file``, readable by its owner: a proxy's password has no place in an argv."""
    quoted = ['"' + option.replace("\\", "\\\\").replace('"', '\\"') + '"' for option in options]
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(quoted) + "\n")


def not_fetched(output: Sequence[str], missing: Sequence[LockedJar]) -> JarsNotFetched:
    """The error for what Ivy printed; its own long report is not what a person needs."""
    return JarsNotFetched(
        f"The Maven jars could not be fetched: {_reason(output, missing)}.",
        "Remedy: connect once and run `make setup` again (behind a proxy, set HTTPS_PROXY and "
        f"SSL_CERT_FILE), or set {MIRROR_VARIABLE} to the root of a Maven mirror you can reach.",
    )


def run_lines(command: Sequence[str], take: Callable[[str], None]) -> int:
    """The real :data:`Run`. The child is gone when this returns, however it returns."""
    with subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as child:
        try:
            assert child.stdout is not None
            for line in child.stdout:
                take(line.rstrip())
            return child.wait()
        except BaseException:
            child.kill()
            raise


@dataclass
class _Listener:
    """Keeps what Ivy prints, and reports each jar it has with the size of its cache."""

    total: int
    cache: Path
    report: Report
    done: int = 0
    output: list[str] = field(default_factory=list)

    def take(self, line: str) -> None:
        self.output.append(line)
        if "[SUCCESSFUL ]" in line:
            self.done += 1
            size = sum(file.stat().st_size for file in self.cache.glob("artifacts/**/*.jar"))
            self.report(FetchProgress(self.done, self.total, size))


def _reason(output: Sequence[str], missing: Sequence[LockedJar]) -> str:
    text = "\n".join(output)
    if "UnknownHostException" in text or "not well configured" in text:
        return "the server's name could not be looked up, so this machine seems to be offline"
    if "PKIX path" in text or "SSLHandshakeException" in text:
        return "the server's certificate is not trusted"
    refused = re.search(r"access error at url .*\([\w.]*?(\w+Exception: [^)]*)\)", text, re.I)
    if refused:
        return f"the server could not be reached ({refused[1]})"
    if missing:
        return f"{missing[0].name} was not found on the server"
    return "the fetcher ended with an error"


def _relative(item: ET.Element) -> str:
    conf = item.get("conf", "").partition("->")[0]
    return f"{conf}/{item.get('name')}-{item.get('rev')}.jar"
