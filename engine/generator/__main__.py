"""``python -m engine.generator <config.json>``: the supervised demo generator."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from pydantic import ValidationError

from engine.contracts.job import GeneratorConfig
from engine.contracts.protocol import Fatal, Notice, Ready
from engine.errors import LakehouseError
from engine.generator.channel import Control, ParentChannel
from engine.generator.errors import BadConfig
from engine.generator.loop import Limits, Loop, wall_ms
from engine.generator.pacing import Pacer
from engine.generator.produce import make_stream
from engine.generator.sender import Sender

HANDSHAKE_S = 30.0
FLUSH_S = 10.0

EXIT_OK, EXIT_FAILED, EXIT_BAD_CONFIG = 0, 1, 2


def main(argv: list[str]) -> int:
    """Runs until a stop or a limit; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    channel = ParentChannel()
    channel.open()
    try:
        return run(read_config(argv), channel)
    except BadConfig as error:
        channel.send(Fatal(message=str(error), retry=False))
        return EXIT_BAD_CONFIG
    except LakehouseError as error:
        channel.send(Fatal(message=str(error)))
        return EXIT_FAILED


def read_config(argv: list[str]) -> GeneratorConfig:
    """The file named on the command line; BadConfig."""
    remedy = "The app writes this file itself at every start; start it again."
    if len(argv) != 2:
        raise BadConfig("One argument is expected: the configuration file.", remedy)
    try:
        return GeneratorConfig.model_validate_json(Path(argv[1]).read_bytes())
    except OSError as error:
        message = f"The configuration {argv[1]} cannot be read ({error.strerror})."
        raise BadConfig(message, remedy) from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadConfig(
            f"The configuration is wrong at '{where}': {fault['msg']}.", remedy
        ) from None


def run(config: GeneratorConfig, control: Control) -> int:
    """Sends what ``config`` asks for; records that nobody acknowledged are tried for ever."""
    sender = Sender(config.kafka, patience_s=None)
    stream = make_stream(config, wall_ms())
    detail = sender.handshake(HANDSHAKE_S, lambda: control.wait(0))
    if control.wait(0):
        return EXIT_OK
    control.send(Ready(detail=detail))
    limits = Limits(config.count, config.seconds)
    loop = Loop(stream, Pacer(config.rate, wall_ms()), sender, control, limits)
    loop.run()
    left = sender.flush(FLUSH_S)
    loop.report()
    if sender.fatal:
        text = f"The producer cannot go on ({sender.fatal}). It is started again."
        control.send(Fatal(message=text))
        return EXIT_FAILED
    if left:
        text = f"{left} demo events never reached the broker, which did not answer. None is needed."
        control.send(Notice(level="warning", message=text))
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main(sys.argv))
