"""``python -m engine.query.worker <limits as JSON>``: serves its stdin until that ends."""

from __future__ import annotations

import os
import sys

# DuckDB's Python module would import pandas, where that is installed: half a second and 40 MB
# for a look whether a value is one of its frames. It takes this for "not installed".
sys.modules["pandas"] = None  # type: ignore[assignment]

from engine.contracts.query import Limits, Ready  # noqa: E402
from engine.query.frames import write_frame  # noqa: E402
from engine.query.worker.sandbox import confine  # noqa: E402
from engine.query.worker.serve import Server, warm_up  # noqa: E402


def main() -> None:
    """Takes the pipe out of everybody's way, confines the process, serves."""
    limits = Limits.model_validate_json(sys.argv[1])
    # Whatever prints must not write into the messages: it goes to stderr, which never blocks.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.set_blocking(2, False)
    warm_up()
    write_frame(answers, Ready(id=0, confined=confine(limits)))
    Server(sys.stdin.buffer, answers, limits).run()
    os._exit(0)  # threads may be deep in a statement that nobody waits for


if __name__ == "__main__":
    main()
