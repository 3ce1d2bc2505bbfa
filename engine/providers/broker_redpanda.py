"""Redpanda, where its binary is found (Linux). Built to its documentation.

Its own ``bin/redpanda`` calls an absolute path below /opt, so the program is started through the
loader that lies beside it.
"""

from __future__ import annotations

import platform as machine
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.paths import DataPaths
from engine.platform import write_private
from engine.providers import ports
from engine.providers.base import Availability, Launch, RunTool
from engine.providers.broker_own import OwnBroker
from engine.providers.credentials import USERNAME, load_or_create
from engine.providers.environment import child_env
from engine.providers.kafka_client import TopicPlan
from engine.providers.redpanda_config import RedpandaPorts, bootstrap_config, node_config

USUAL_HOMES = (Path("/opt/redpanda"), Path.home() / ".local/share/redpanda")
FILE_SYSTEMS = ("ext4", "xfs")
MIN_AIO = 11_264
"""Asynchronous I/O slots that one core asks for; fewer are fatal to it at its start."""


@dataclass(frozen=True)
class Host:
    """What Redpanda asks of a computer; a value, so that tests can make one."""

    system: str
    machine: str
    aio_free: int
    file_system: str


def this_host(data: Path) -> Host:
    """The computer this runs on."""
    return Host(sys.platform, machine.machine(), _aio_free(), _file_system(data))


class RedpandaBroker(OwnBroker):
    """Redpanda on one core."""

    name = "redpanda"

    def __init__(
        self,
        paths: DataPaths,
        topic: TopicPlan,
        homes: Sequence[Path] = USUAL_HOMES,
        host: Callable[[Path], Host] = this_host,
    ) -> None:
        super().__init__(topic)
        self._paths = paths
        self._homes = homes
        self._host = host
        self._ports: RedpandaPorts | None = None

    @property
    def _folder(self) -> Path:
        return self._paths.broker / "redpanda"

    def _chosen_ports(self) -> RedpandaPorts | None:
        return self._ports

    def available(self) -> Availability:
        """Its binary is found and the computer is one it runs on."""
        host = self._host(self._paths.broker)
        reason = _refusal(host)
        if self._home() is None:
            reason = "no binary was found (RTLAKEHOUSE_REDPANDA_HOME names its folder)."
        return Availability(usable=not reason, why=reason)

    async def prepare(self, _run: RunTool, /) -> None:
        """Identity, ports, configuration."""
        self._identity = load_or_create(self._paths.broker / "redpanda-identity.json")
        self._ports = _keep_or_choose(self._ports)
        for folder in (self._folder, self._folder / "data"):
            folder.mkdir(mode=0o700, exist_ok=True)
        write_private(self._folder / ".bootstrap.yaml", bootstrap_config())
        text = node_config(self._ports, self._folder / "data")
        write_private(self._folder / "redpanda.yaml", text)

    def command(self) -> Launch:
        """Through its own loader; the first user's password goes by the environment."""
        home, identity = self._home(), self._identity
        assert home is not None, "available() was not asked"
        assert identity is not None, "asked for the command before prepare"
        argv = (
            *(str(home / "lib/ld.so"), "--library-path", str(home / "lib")),
            *(
                str(home / "libexec/redpanda"),
                "--redpanda-cfg",
                str(self._folder / "redpanda.yaml"),
            ),
            *("--smp", "1", "--memory", "1G", "--reserve-memory", "0M", "--overprovisioned"),
            *("--lock-memory", "false", "--default-log-level", "warn"),
        )
        user = f"{USERNAME}:{identity.password}:SCRAM-SHA-256"
        env = {**child_env(), "RP_BOOTSTRAP_USER": user}
        return Launch(argv, env, self._folder, protocol=False)

    def _home(self) -> Path | None:
        needed = ("lib/ld.so", "libexec/redpanda")
        fitting = (h for h in self._homes if all((h / part).is_file() for part in needed))
        return next(fitting, None)


def _refusal(host: Host) -> str:
    if host.system != "linux" or host.machine not in ("x86_64", "aarch64"):
        return f"it does not run on {host.system} {host.machine}."
    if host.aio_free < MIN_AIO:
        return f"only {host.aio_free} asynchronous I/O slots are free (raise fs.aio-max-nr)."
    if host.file_system not in FILE_SYSTEMS:
        return f"the data folder is on {host.file_system}; it needs ext4 or xfs."
    return ""


def _keep_or_choose(kept: RedpandaPorts | None) -> RedpandaPorts:
    if kept is not None and all(map(ports.is_free, (kept.client, kept.rpc, kept.admin))):
        return kept
    return RedpandaPorts(*ports.free_ports(3))


def _aio_free() -> int:
    try:
        limit = int(Path("/proc/sys/fs/aio-max-nr").read_text(encoding="ascii"))
        return limit - int(Path("/proc/sys/fs/aio-nr").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _file_system(folder: Path) -> str:
    """Of the mount that holds the folder: the longest mount point that is above it."""
    mounts = [
        mount
        for mount in psutil.disk_partitions(all=True)
        if folder.is_relative_to(mount.mountpoint)
    ]
    best = max(mounts, key=lambda mount: len(mount.mountpoint), default=None)
    return best.fstype if best else "an unknown file system"
