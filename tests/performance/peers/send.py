"""``python -m tests.performance.peers.send CONFIG``: demo events to any topic.

The command ``produce`` sends to the product's topic alone; each peer has one of its own here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine.contracts.job import GeneratorConfig
from engine.contracts.protocol import Produced
from engine.generator.produce import produce_demo


def main() -> int:
    """Exit 1 when a record was not acknowledged: the figures would be wrong."""
    config = GeneratorConfig.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = produce_demo(config, _quiet)
    print(f"sent {result.sent}, acknowledged {result.acknowledged}", flush=True)
    return 0 if result.acknowledged == result.sent else 1


def _quiet(_now: Produced) -> None:
    pass


if __name__ == "__main__":
    sys.exit(main())
