"""Where the assistant's knowledge is kept: a Qdrant elsewhere, its own server, or in a folder.

Whichever it is, a process of ours (``engine.knowledge.serve``) holds its client and the embedding
model; the three differ in what that process is told.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

from engine.contracts.knowledge import VectorsConfig
from engine.contracts.names import Service
from engine.contracts.pack import PackSpec
from engine.errors import LakehouseError, ProviderError
from engine.knowledge.desk import address_file
from engine.knowledge.seed import pack_items
from engine.paths import DataPaths
from engine.platform import write_private
from engine.platform.loopback import listening_port
from engine.providers.base import Availability, Launch, ProviderBase, RunTool
from engine.providers.environment import child_env
from engine.providers.pipeline_local import CHECKOUT
from engine.provision.models import minilm
from engine.settings import Settings

USUAL_BINARIES = (Path("/usr/bin/qdrant"), Path("/opt/qdrant/qdrant"))

FRUGAL = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A heap and a buffer a thread would cost 30 MB; of its eight threads all but one wait."""


class Vectors(ProviderBase):
    """What the three have in common. Ready when it says so: store open, pack's items in it."""

    service = Service.VECTORS.value
    kind: Literal["external", "server", "embedded"]
    start_timeout_s = 180.0
    """The first start turns a thousand texts into vectors, beside everything else that starts."""
    stop_grace_s = 8.0
    records: ClassVar[tuple[str, ...]] = ()

    def __init__(self, paths: DataPaths, settings: Settings, pack: Callable[[], PackSpec]) -> None:
        self._paths = paths
        self._settings = settings.assistant
        self._pack = pack

    @property
    def port(self) -> int | None:
        """Of the process of ours."""
        return listening_port(address_file(self._paths))

    def secrets(self) -> tuple[str, ...]:
        """The API key of an external one."""
        key = self._settings.qdrant_api_key
        return (key.get_secret_value(),) if key else ()

    def configure(self, settings: Settings, /) -> None:
        """Address, key, collection."""
        self._settings = settings.assistant

    async def prepare(self, _run: RunTool, /) -> None:
        """Write the configuration; it may hold a key."""
        try:
            minilm()
        except LakehouseError as error:
            raise ProviderError(error.message, error.remedy) from error
        # The last process's address: until this one writes its own, nobody shall try it.
        address_file(self._paths).unlink(missing_ok=True)
        write_private(self._config_file, self.config().model_dump_json())

    def config(self) -> VectorsConfig:
        """What the process is told."""
        pack, chosen = self._pack(), self._settings
        return VectorsConfig(
            provider=self.kind,
            collection=chosen.qdrant_collection or pack.name,
            pack=f"{pack.name} {pack.version}",
            items=pack_items(pack),
            folder=str(self._paths.knowledge / self.name),
            address_file=str(address_file(self._paths)),
            run_folder=str(self._paths.run),
        )

    def command(self) -> Launch:
        """See Provider."""
        argv = (sys.executable, "-m", "engine.knowledge.serve", str(self._config_file))
        env = {**child_env(), **FRUGAL}
        return Launch(argv, env, CHECKOUT, protocol=True, records=self.records)

    @property
    def _config_file(self) -> Path:
        return self._paths.run / "vectors.json"


class ExternalVectors(Vectors):
    """A Qdrant that is not ours."""

    name = kind = "external"
    gives_up = False

    def available(self) -> Availability:
        """Whether an address is given."""
        usable = bool(self._settings.qdrant_url)
        return Availability(usable, "" if usable else "no address is given (QDRANT_URL).")

    def config(self) -> VectorsConfig:
        """With address and key."""
        key = self._settings.qdrant_api_key
        return (
            super()
            .config()
            .model_copy(
                update={
                    "url": self._settings.qdrant_url or "",
                    "api_key": key.get_secret_value() if key else None,
                }
            )
        )


class ServerVectors(Vectors):
    """Qdrant's own program, where it is found; a child of the process of ours."""

    name = kind = "server"
    records = ("qdrant",)

    def __init__(
        self,
        paths: DataPaths,
        settings: Settings,
        pack: Callable[[], PackSpec],
        find: Callable[[Settings], Path | None] | None = None,
    ) -> None:
        super().__init__(paths, settings, pack)
        self._binary = (find or find_binary)(settings)

    def available(self) -> Availability:
        """Whether the program was found."""
        usable = self._binary is not None
        why = "no program called qdrant was found (RTLAKEHOUSE_QDRANT_BINARY names it)."
        return Availability(usable, "" if usable else why)

    def config(self) -> VectorsConfig:
        """With the program."""
        return super().config().model_copy(update={"binary": str(self._binary)})


class EmbeddedVectors(Vectors):
    """Qdrant's client keeps the vectors itself, in a folder of ours: always there."""

    name = kind = "embedded"


def find_binary(settings: Settings) -> Path | None:
    """The program that the settings name, else the one on the search path or in usual places."""
    named = settings.assistant.qdrant_binary
    if named:
        return Path(named) if Path(named).is_file() else None
    found = shutil.which("qdrant")
    return Path(found) if found else next((p for p in USUAL_BINARIES if p.is_file()), None)


def vectors_providers(
    paths: DataPaths, settings: Settings, pack: Callable[[], PackSpec]
) -> tuple[Vectors, ...]:
    """In the order in which they are tried."""
    return (
        ExternalVectors(paths, settings, pack),
        ServerVectors(paths, settings, pack),
        EmbeddedVectors(paths, settings, pack),
    )
