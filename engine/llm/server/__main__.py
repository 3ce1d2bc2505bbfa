"""``python -m engine.llm.server <config.json>``: the supervised front of the local model."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from engine.child.channel import ParentChannel
from engine.child.main import run_child
from engine.contracts.protocol import Degraded, Ready, Recovered
from engine.llm.errors import ModelUnusable, PortTaken
from engine.llm.gguf import read_model_file
from engine.llm.server.config import ServerConfig
from engine.llm.server.front import Front
from engine.llm.server.keeper import Keeper

log = logging.getLogger(__name__)

LOOK_S = 1.0


def main(argv: list[str]) -> int:
    """Runs until a stop; the exit status."""
    return run_child(argv, ServerConfig, run, hopeless=(ModelUnusable,))


def run(config: ServerConfig, channel: ParentChannel) -> None:
    """Serves; the model itself waits for the first question."""
    model = read_model_file(Path(config.model))

    def tell(what: str, well: bool) -> None:
        log.log(logging.INFO if well else logging.WARNING, "%s", what)
        if not config.quiet:
            channel.send(Recovered(detail=what) if well else Degraded(detail=what))

    keeper = Keeper(config, told=tell)
    try:
        front = Front(config.port, config.api_key, model.name, keeper)
    except OSError as error:
        text = f"The local model's port {config.port} cannot be opened: {error.strerror}."
        raise PortTaken(text, "It is tried again.") from error
    threading.Thread(target=front.serve_forever, name="front", daemon=True).start()
    channel.send(Ready(detail=f"{model.title}: the next question loads it."))
    while not channel.wait(LOOK_S):
        keeper.tidy()
    front.shutdown()
    front.server_close()
    keeper.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
