"""``python -m engine.generator <config.json>``: the supervised demo generator."""

from __future__ import annotations

import sys

from engine.child.channel import Control
from engine.child.main import run_child
from engine.contracts.job import GeneratorConfig
from engine.contracts.protocol import Notice, Ready
from engine.generator.errors import ProducerFailed
from engine.generator.loop import Limits, Loop, wall_ms
from engine.generator.pacing import Pacer
from engine.generator.produce import make_stream
from engine.generator.sender import Sender

HANDSHAKE_S = 30.0
FLUSH_S = 10.0


def main(argv: list[str]) -> int:
    """Runs until a stop or a limit; the exit status."""
    return run_child(argv, GeneratorConfig, run)


def run(config: GeneratorConfig, control: Control) -> None:
    """Sends what ``config`` asks for; records that nobody acknowledged are tried for ever."""
    sender = Sender(config.kafka, patience_s=None)
    stream = make_stream(config, wall_ms())
    detail = sender.handshake(HANDSHAKE_S, lambda: control.wait(0))
    if control.wait(0):
        return
    control.send(Ready(detail=detail))
    limits = Limits(config.count, config.seconds)
    loop = Loop(stream, Pacer(config.rate, wall_ms()), sender, control, limits)
    loop.run()
    left = sender.flush(FLUSH_S)
    loop.report()
    if sender.fatal:
        raise ProducerFailed(f"The producer cannot go on ({sender.fatal}).", "It is started again.")
    if left:
        text = f"{left} demo events never reached the broker, which did not answer. None is needed."
        control.send(Notice(level="warning", message=text))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
