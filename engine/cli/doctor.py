"""``doctor``: checks of the machine and of what the lakehouse needs, each with a remedy."""

from __future__ import annotations

import argparse
import dataclasses
import json

from engine.host.checks import examine
from engine.paths import data_paths

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="a list of findings")


def run(options: argparse.Namespace) -> int:
    """Prints the findings; exit 1 when one is an error."""
    findings = list(examine(data_paths()))
    if options.json:
        print(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2))
    else:
        from rich.console import Console
        from rich.text import Text

        console = Console()
        for finding in findings:
            head = Text(f"{finding.level:8}", style=COLOURS[finding.level])
            console.print(Text.assemble(head, f"{finding.check}: {finding.detail}"))
            if finding.remedy:
                console.print(Text(f"        → {finding.remedy}"))
    return 1 if any(finding.level == "error" for finding in findings) else 0
