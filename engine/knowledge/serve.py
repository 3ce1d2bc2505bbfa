"""``python -m engine.knowledge.serve <config.json>``: the supervised process of the knowledge.

It holds the embedding model and the vector store's client, brings the pack's items up to date,
says that it is ready, and answers over loopback until it is told to stop.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import closing
from pathlib import Path

from engine.child.channel import Control
from engine.child.main import run_child
from engine.contracts.knowledge import VectorsConfig
from engine.contracts.protocol import Degraded, Notice, Ready, Recovered
from engine.errors import LakehouseError
from engine.knowledge.desk import LONGEST_REQUEST, KnowledgeDesk
from engine.knowledge.embedder import MiniLM
from engine.knowledge.opening import opened
from engine.knowledge.store import QdrantKnowledge
from engine.platform.loopback import LoopbackServer
from engine.provision.models import minilm

LOOK_S = 5.0
"""How often the store is asked whether it answers."""
MISSES = 2
"""One miss is a busy moment."""


def main(argv: list[str]) -> int:
    """Runs until a stop; the exit status."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each request otherwise
    os.umask(0o077)
    return run_child(argv, VectorsConfig, run)


def run(config: VectorsConfig, control: Control) -> None:
    """Opens, says ready, serves. Raises LakehouseError."""
    embedder = MiniLM(minilm())

    def tell(sentence: str) -> None:
        control.send(Notice(level="warning", message=sentence))

    with opened(config, embedder, tell, lambda: control.wait(0)) as knowledge:
        server = LoopbackServer(
            Path(config.address_file), KnowledgeDesk(knowledge), LONGEST_REQUEST
        )
        with closing(server):
            status = knowledge.status()
            control.send(Ready(detail=f"{status.items} items of {status.pack}"))
            watch(knowledge, control, ours=config.provider == "server")


def watch(knowledge: QdrantKnowledge, control: Control, ours: bool) -> None:
    """Until the stop; a store that stops answering is told, and so is its return.

    A server of ours does not return by itself: then this raises, and the next start makes both.
    """
    misses = 0
    while not control.wait(LOOK_S):
        try:
            knowledge.status()
        except LakehouseError as error:
            misses += 1
            if ours and misses == MISSES:
                raise
            if misses == MISSES:
                control.send(Degraded(detail=str(error)))
        else:
            if misses >= MISSES:
                control.send(Recovered())
            misses = 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
