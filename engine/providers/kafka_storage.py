"""The embedded Kafka's data folder: made once, recognised ever after, never deleted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import LakehouseError, ProviderError
from engine.platform import write_private
from engine.providers.base import RunTool
from engine.providers.credentials import USERNAME, BrokerIdentity
from engine.providers.jvm import argument_file

MOVE_AWAY = (
    "Move the folder {folder} away to start with an empty broker, or restore it from a backup; "
    "nothing in it has been changed."
)


class FormatFailed(LakehouseError):
    """Kafka's storage tool did not do its work; it is tried again."""


@dataclass(frozen=True)
class KafkaStorage:
    """``<broker>/kafka`` and how it comes to be."""

    folder: Path
    """Kafka's log.dirs."""
    identity: BrokerIdentity
    java: Path
    class_path: str

    def check(self) -> bool:
        """Whether it is formatted; ProviderError where it is not ours or damaged."""
        if not self.folder.exists():
            return False
        meta = _read_meta(self.folder / "meta.properties")
        if meta is None:
            if not any(self.folder.iterdir()):
                return False
            raise self._refusal("has no readable meta.properties")
        if meta.get("cluster.id") != self.identity.cluster_id:
            raise self._refusal("belongs to another broker (its cluster id is not ours)")
        if meta.get("node.id") != "1" or "directory.id" not in meta:
            raise self._refusal("has a damaged meta.properties")
        return True

    async def format(self, run: RunTool, properties: Callable[[str], str], scratch: Path) -> None:
        """Make it beside its place and move it there whole: a killed format leaves none."""
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        if unfinished.exists():
            shutil.rmtree(unfinished)  # only ever a format that did not end
        config = scratch / "kafka-format.properties"
        arguments = scratch / "kafka-format.args"
        write_private(config, properties(unfinished.name))
        try:
            result = await run(
                (str(self.java), argument_file(arguments, self._arguments(config))),
                self.folder.parent,
            )
        finally:
            config.unlink(missing_ok=True)
            arguments.unlink(missing_ok=True)
        if result.status != 0 or not (unfinished / "meta.properties").exists():
            # Its output holds credentials in several encodings; the last line is the complaint.
            last = result.output.strip().splitlines()[-1:] or ["no output"]
            reason = "see the disk's space" if "SCRAM" in last[0].upper() else last[0]
            raise FormatFailed(
                f"The broker's storage cannot be made (status {result.status}): {reason}.",
                "Check that the data folder's disk has space and can be written.",
            )
        if self.folder.exists():
            self.folder.rmdir()  # check() has found it empty
        unfinished.replace(self.folder)

    def _arguments(self, config: Path) -> tuple[str, ...]:
        scram = f"SCRAM-SHA-256=[name={USERNAME},password={self.identity.password}]"
        return (
            *("-cp", self.class_path, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("kafka.tools.StorageTool", "format", "--standalone"),
            *("-t", self.identity.cluster_id, "-c", str(config), "--add-scram", scram),
        )

    def _refusal(self, what: str) -> ProviderError:
        return ProviderError(
            f"The broker's data in {self.folder} {what}.", MOVE_AWAY.format(folder=self.folder)
        )


def _read_meta(path: Path) -> dict[str, str] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    found = {key.strip(): value.strip() for key, separator, value in pairs if separator}
    return found or None


def fresh_folder(folder: Path) -> Path:
    """An empty folder; what a killed JVM unpacked there before is deleted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
