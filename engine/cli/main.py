"""Reads the command line and calls the subcommand; turns errors into one sentence and a code.

Exit codes: 0 done, 1 failed, 2 refused or misused, 3 degraded, 4 not running, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from engine.errors import LakehouseError

COMMANDS = {
    "run": "start everything and keep it running",
    "status": "services, pipeline and tables",
    "endpoints": "addresses and credentials for a client of your own",
    "produce": "send demo events, or a file's lines",
    "demo": "change the demo events while they run",
    "sql": "query the lake",
    "ask": "ask the lake in plain language",
    "knowledge": "what the assistant knows: search, list, add, edit, delete",
    "history": "versions of a table",
    "compare": "what differs between two versions of a table",
    "restore-table": "bring a table back to an older version",
    "rebuild": "recompute silver and gold from bronze",
    "maintain": "merge small files and delete expired ones now",
    "doctor": "check machine, disk, jars, models and providers",
    "logs": "a service's log",
    "support-bundle": "a zip for whoever helps you, secrets removed",
    "plan": "what a rate would take on a cluster",
    "setup": "fetch and verify what the lakehouse needs",
}
NOT_RUNNING = 4


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The parser; with ``only`` just that subcommand is imported, which keeps a start short."""
    parser = argparse.ArgumentParser(
        prog="rt-lakehouse", description="A complete real-time lakehouse on one computer."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text in COMMANDS.items():
        child = subparsers.add_parser(name, help=text, description=text.capitalize() + ".")
        if only in (None, name):
            _module(name).add(child)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    named = next((a for a in arguments if a in COMMANDS), None)
    if not any(a for a in arguments if not a.startswith("-")) and "-h" not in arguments:
        arguments = arguments if "--help" in arguments else ["run", *arguments]
        named = "run"
    options = build_parser(named).parse_args(arguments)
    try:
        code: int = _module(options.command).run(options)
    except LakehouseError as error:
        print(str(error).strip(), file=sys.stderr)
        return _exit_code(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _module(command: str) -> Any:
    return importlib.import_module(f"engine.cli.{command.replace('-', '_')}")


def _exit_code(error: LakehouseError) -> int:
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        return code
    return NOT_RUNNING if type(error).__name__ == "NotRunning" else 1
