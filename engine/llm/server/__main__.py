"""``python -m engine.llm.server <config.json>``: the supervised front of the local model."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from pydantic import ValidationError

from engine.contracts.protocol import Degraded, Fatal, Ready, Recovered
from engine.errors import LakehouseError
from engine.generator.channel import ParentChannel
from engine.llm.errors import ModelUnusable
from engine.llm.gguf import read_model_file
from engine.llm.server.config import ServerConfig
from engine.llm.server.front import Front
from engine.llm.server.keeper import Keeper

log = logging.getLogger(__name__)

LOOK_S = 1.0
EXIT_OK, EXIT_FAILED, EXIT_BAD_CONFIG = 0, 1, 2


def main(argv: list[str]) -> int:
    """Runs until a stop; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    channel = ParentChannel()
    channel.open()
    try:
        config = ServerConfig.model_validate_json(Path(argv[1]).read_bytes())
    except (OSError, IndexError, ValidationError) as error:
        text = f"The local model's configuration cannot be read ({type(error).__name__})."
        channel.send(Fatal(message=f"{text} Start the service again.", retry=False))
        return EXIT_BAD_CONFIG
    try:
        return run(config, channel)
    except ModelUnusable as error:
        channel.send(Fatal(message=str(error), retry=False))
    except LakehouseError as error:
        channel.send(Fatal(message=str(error)))
    except OSError as error:
        text = f"The local model's port {config.port} cannot be opened: {error.strerror}."
        channel.send(Fatal(message=f"{text} It is tried again."))
    return EXIT_FAILED


def run(config: ServerConfig, channel: ParentChannel) -> int:
    """Serves; the model itself waits for the first question."""
    model = read_model_file(Path(config.model))

    def tell(what: str, well: bool) -> None:
        log.log(logging.INFO if well else logging.WARNING, "%s", what)
        if not config.quiet:
            channel.send(Recovered(detail=what) if well else Degraded(detail=what))

    keeper = Keeper(config, told=tell)
    front = Front(config.port, config.api_key, model.name, keeper)
    threading.Thread(target=front.serve_forever, name="front", daemon=True).start()
    channel.send(Ready(detail=f"{model.title}: the next question loads it."))
    while not channel.wait(LOOK_S):
        keeper.tidy()
    front.shutdown()
    front.server_close()
    keeper.close()
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main(sys.argv))
