"""``produce``: demo events or a file's lines into the running lakehouse's topic."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from engine.cli.options import at_least, between
from engine.contracts.job import GeneratorConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.protocol import Produced
from engine.domain.find import find_pack
from engine.generator.produce import ProduceResult, produce_demo, produce_file
from engine.host.control import ask, not_running
from engine.host.endpoints import read
from engine.paths import DataPaths, data_paths, resources_dir
from engine.settings import load_settings


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--file", type=Path, metavar="X.jsonl", help="send this file's lines")
    parser.add_argument(
        "--rate", type=between(0, 100_000), metavar="N", help="events a second (default: setting)"
    )
    parser.add_argument("--seconds", type=between(0, 3e7), metavar="S", help="stop after S seconds")
    parser.add_argument("--count", type=at_least(1), metavar="N", help="stop after N events")
    for name, default in (("bad", 0.01), ("dup", 0.02), ("late", 0.05)):
        parser.add_argument(f"--{name}", type=between(0, 1), default=default, metavar="F")
    parser.add_argument("--seed", type=int, metavar="N", help="the same events each time")


def run(options: argparse.Namespace) -> int:
    """Prints sent and acknowledged; exit 1 when a record was not acknowledged."""
    paths = data_paths()
    endpoint = _endpoint(paths)
    settings = load_settings(os.environ, paths.root)
    pack = find_pack(settings.domain, paths.root, resources_dir()).spec
    if options.file:
        result = produce_file(endpoint, pack, options.file, _progress)
    else:
        config = GeneratorConfig(
            kafka=endpoint,
            pack=pack,
            rate=settings.generator.rate if options.rate is None else options.rate,
            seed=options.seed,
            bad=options.bad,
            duplicates=options.dup,
            late=options.late,
            countries=settings.generator.countries,
            currencies=settings.generator.currencies,
            count=options.count,
            seconds=options.seconds,
        )
        result = produce_demo(config, _progress)
    _print(result)
    return 0 if result.failed == 0 and result.refused_lines == 0 else 1


def _endpoint(paths: DataPaths) -> KafkaEndpoint:
    list(ask(paths, {"op": "status"}))
    found = read(paths)
    if found is None:
        raise not_running(paths)
    return KafkaEndpoint.model_validate(found["kafka"])


def _progress(now: Produced) -> None:
    if sys.stderr.isatty():
        text = f"\r{now.sent:,} sent, {now.acknowledged:,} acknowledged, {now.rate:,.0f}/s "
        print(text, end="", file=sys.stderr, flush=True)


def _print(result: ProduceResult) -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"sent {result.sent}, acknowledged {result.acknowledged}, failed {result.failed}")
    if result.empty_lines:
        print(f"{result.empty_lines} empty lines were skipped.")
    if result.refused_lines:
        print(f"{result.refused_lines} lines are too long for the broker and were not sent.")
