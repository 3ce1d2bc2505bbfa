"""``python -m tests.eval``: every question to every provider; exit 1 below the bars.

make eval ARGS="--provider offline --topic revenue --failures build/failures.md"
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.eval.asking import Outcome, ask_all
from tests.eval.grade import Grader
from tests.eval.lake import frozen_lake
from tests.eval.providers import assistant, available
from tests.eval.questions import questions
from tests.eval.report import document, failures, figures, table


def main() -> int:
    """Runs it."""
    options = _options()
    wanted = [
        q
        for q in questions()
        if (not options.topic or q.topic in options.topic)
        and (not options.id or q.id in options.id or (q.talk and q.talk in options.id))
    ]
    lake = frozen_lake()
    grader = Grader(lake)
    outcomes: dict[str, list[Outcome]] = {}
    for provider in options.provider or available():
        with assistant(provider, lake) as asked:
            outcomes[provider] = list(ask_all(asked, wanted, grader))
        if options.failures:
            _write(options.failures, f"# {provider}\n{failures(outcomes[provider])}\n")
    grader.close()
    if options.json:
        _write(options.json, json.dumps(document(outcomes), indent=1))
    print(table(outcomes))
    missed = [name for name, found in outcomes.items() if not figures(found).within_bars]
    if missed:
        print(f"Below the bars (75 % right, 5 % wrong, p95 4 s): {', '.join(missed)}")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--provider", action="append", choices=("offline", "local", "remote"))
    parser.add_argument("--topic", action="append", help="only this topic")
    parser.add_argument("--id", action="append", help="only this question or talk")
    parser.add_argument("--failures", type=Path, help="file for what went wrong")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
