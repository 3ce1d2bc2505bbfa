"""Opens the vector store of a configuration: one of three, behind the same client."""

from __future__ import annotations

import datetime as dt
import pickle
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qdrant_client import QdrantClient, models

from engine.contracts.knowledge import VectorsConfig
from engine.knowledge.embedder import Embedder
from engine.knowledge.errors import KnowledgeUnavailable
from engine.knowledge.faults import told
from engine.knowledge.prepared import Prepared, prepared_file
from engine.knowledge.qdrant_binary import new_plan, running_server
from engine.knowledge.store import QdrantKnowledge
from engine.platform.loopback import free_port

TIMEOUT_S = 10
PATIENCE_S = 5.0

Tell = Callable[[str], None]
"""Hears a sentence that a person should read."""


@contextmanager
def opened(
    config: VectorsConfig,
    embedder: Embedder,
    tell: Tell = lambda _sentence: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[QdrantKnowledge]:
    """The store with its collection, the pack's items brought up to date.

    Raises KnowledgeError.
    """
    with _client(config, tell, stopped) as client:
        knowledge = QdrantKnowledge(
            client,
            embedder,
            collection=config.collection,
            provider=config.provider,
            where=_place(config),
        )
        knowledge.open()
        if config.provider == "embedded":
            quicken(Path(config.folder), config.collection)
        else:
            _index(client, config)
        knowledge.follow(config.pack, config.items, Prepared(prepared_file(), embedder))
        yield knowledge


def _place(config: VectorsConfig) -> str:
    return f"at {config.url}" if config.provider == "external" else "of this computer"


@contextmanager
def _client(
    config: VectorsConfig, tell: Tell, stopped: Callable[[], bool]
) -> Iterator[QdrantClient]:
    if config.provider == "server":
        with _own_server(config, stopped) as client:
            yield client
        return
    if config.provider == "external":
        client = remote(config.url, config.api_key)
    else:
        client = local(Path(config.folder), tell)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _own_server(config: VectorsConfig, stopped: Callable[[], bool]) -> Iterator[QdrantClient]:
    plan = new_plan(Path(config.folder), free_port())
    client = remote(plan.url, plan.api_key, trust_env=False)

    def answers() -> None:
        with told(_place(config)):
            client.get_collections()

    try:
        with running_server(Path(config.binary), plan, Path(config.run_folder), answers, stopped):
            yield client
    finally:
        client.close()


def remote(url: str, api_key: str | None, **options: Any) -> QdrantClient:
    """A client of a server; nothing is asked yet."""
    with warnings.catch_warnings():
        # It warns of a key over plain HTTP. Ours goes over loopback; of another address the
        # person who wrote it decided.
        warnings.simplefilter("ignore")
        return QdrantClient(
            url=url, api_key=api_key, timeout=TIMEOUT_S, check_compatibility=False, **options
        )


def local(folder: Path, tell: Tell) -> QdrantClient:
    """A client that keeps everything in a folder; one process at a time may have it.

    A folder that cannot be understood is moved aside, never deleted, and a new one begun.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _open_folder(folder)
    except (sqlite3.DatabaseError, pickle.UnpicklingError, ValueError, EOFError, KeyError) as error:
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        aside = folder.with_name(f"{folder.name}.broken-{stamp}")
        with told("of this computer"):
            folder.rename(aside)
            folder.mkdir(mode=0o700)
        tell(
            f"The vector store was damaged ({error}) and is made anew from the pack. What you had "
            f"added yourself is in {aside}, as far as it can be read."
        )
        return _open_folder(folder)


def _open_folder(folder: Path) -> QdrantClient:
    """Waits a little for a command that has it."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return QdrantClient(path=str(folder))
        except RuntimeError as error:
            if "already accessed" not in str(error):
                raise
            if time.monotonic() > until:
                raise KnowledgeUnavailable(
                    f"The vector store in {folder} is in use by another process.",
                    "Wait a moment and try again; only one process at a time can have it.",
                ) from error
            time.sleep(0.1)


def quicken(folder: Path, collection: str) -> None:
    """A write-ahead log for the collection's file: a commit then costs 3 ms instead of 16.

    The client commits each point by itself. It is a property of the file, kept from then on.
    """
    file = folder / "collection" / collection / "storage.sqlite"
    # Where it cannot be had (a file system without shared memory), writing is slower only.
    with suppress(sqlite3.Error):
        database = sqlite3.connect(f"file:{file}?mode=rw", uri=True)
        try:
            database.execute("PRAGMA journal_mode=WAL")
        finally:
            database.close()


def _index(client: QdrantClient, config: VectorsConfig) -> None:
    """Servers in strict mode filter by indexed fields only."""
    with told(_place(config)):
        for name, schema in (
            ("kind", models.PayloadSchemaType.KEYWORD),
            ("hidden", models.PayloadSchemaType.BOOL),
        ):
            client.create_payload_index(config.collection, name, field_schema=schema)
