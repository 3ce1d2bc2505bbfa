"""``python -m engine.query.worker <limits as JSON>``: serves its stdin until that ends."""

from __future__ import annotations

import os
import sys

from engine.contracts.query import Limits
from engine.query.worker.sandbox import confine
from engine.query.worker.serve import Server


def main() -> None:
    """Takes the pipe out of everybody's way, confines the process, serves."""
    limits = Limits.model_validate_json(sys.argv[1])
    # Whatever prints must not write into the messages: it goes to stderr, which never blocks.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.set_blocking(2, False)
    confine(limits)
    Server(sys.stdin.buffer, answers, limits).run()
    os._exit(0)  # threads may be deep in a statement that nobody waits for


if __name__ == "__main__":
    main()
