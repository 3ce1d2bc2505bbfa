"""The frame of a child's ``main``: its log, its channel, its configuration, its last word."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from engine.child.channel import ParentChannel
from engine.child.errors import BadConfig
from engine.contracts.protocol import Fatal
from engine.errors import LakehouseError

EXIT_OK, EXIT_FAILED, EXIT_BAD_CONFIG = 0, 1, 2

Config = TypeVar("Config", bound=BaseModel)
Hopeless = tuple[type[LakehouseError], ...]


def run_child(
    argv: list[str],
    config: type[Config],
    run: Callable[[Config, ParentChannel], None],
    hopeless: Hopeless = (),
) -> int:
    """Runs until a stop, or tells the parent why not; the exit status.

    ``argv`` is that of ``python -m MODULE CONFIG.json``. ``hopeless`` are errors that another
    start would meet again; what is wrong with the configuration always is.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    channel = ParentChannel()
    channel.open()
    try:
        run(read_config(argv, config), channel)
    except BadConfig as error:
        channel.send(Fatal(message=str(error), retry=False))
        return EXIT_BAD_CONFIG
    except LakehouseError as error:
        channel.send(Fatal(message=str(error), retry=not isinstance(error, hopeless)))
        return EXIT_FAILED
    return EXIT_OK


def read_config(argv: list[str], config: type[Config]) -> Config:
    """The file named on the command line; BadConfig, which never quotes a value."""
    remedy = "The app writes this file itself at every start; start it again."
    if len(argv) != 2:
        raise BadConfig("One argument is expected: the configuration file.", remedy)
    try:
        return config.model_validate_json(Path(argv[1]).read_bytes())
    except OSError as error:
        message = f"The configuration {argv[1]} cannot be read ({error.strerror})."
        raise BadConfig(message, remedy) from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadConfig(
            f"The configuration is wrong at '{where}': {fault['msg']}.", remedy
        ) from None
