"""``plan``: partitions, executors, state, files and cost of a rate, from measured rates."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TypeVar

from engine.errors import LakehouseError
from engine.readings.capacity import Capacity, Measured, Prices, Wishes, plan

_Group = TypeVar("_Group", Wishes, Measured, Prices)


class BadPlan(LakehouseError):
    """A number that cannot be planned with."""

    exit_code = 2


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command: one for each number of the plan."""
    for group in (Wishes, Measured, Prices):
        for field in dataclasses.fields(group):
            kind = int if field.name == "executor_cores" else float
            parser.add_argument(
                f"--{field.name.replace('_', '-')}",
                type=kind,
                default=field.default,
                metavar="N",
                help=f"default {field.default:,}",
            )
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Prints the plan."""
    made = plan(_taken(Wishes, options), _taken(Measured, options), _taken(Prices, options))
    print(json.dumps(dataclasses.asdict(made)) if options.json else _text(made))
    return 0


def _taken(group: type[_Group], options: argparse.Namespace) -> _Group:
    values = {field.name: getattr(options, field.name) for field in dataclasses.fields(group)}
    for name, value in values.items():
        # A price may be unknown; dividing by a rate that is nothing gives no plan.
        if value < 0 or (value == 0 and group is not Prices):
            raise BadPlan(
                f"--{name.replace('_', '-')} is {value:g}, which cannot be planned with.",
                "Leave it out to use the default.",
            )
    return group(**values)


def _text(made: Capacity) -> str:
    keeps_up = "keeps up" if made.gold_keeps_up else "DOES NOT KEEP UP: take longer batches"
    lines = {
        "pipelines, each with a share of the users": f"{made.pipelines:,}",
        "events/s of each": f"{made.rate_each:,.0f}",
        "Kafka partitions of each": f"{made.partitions:,}",
        "executors of each": f"{made.executors:,} of {made.executor_cores} cores",
        "driver of each": f"{made.driver_cores} cores, {made.window_bytes / 1e9:,.2f} GB of keys",
        "events in a micro-batch": f"{made.batch_events:,}",
        "gold, each micro-batch": f"{made.gold_s:,.1f} s, {keeps_up}",
        "files written an hour, all": f"{made.files_an_hour:,}",
        "files an hour after compaction, all": f"{made.files_kept_an_hour:,}",
        "bronze and silver a day, all": f"{made.bytes_a_day / 1e12:,.2f} TB",
        "cost a month, storage of one month kept": (
            f"{made.cost_a_month:,.0f}" if made.cost_a_month else "give your prices"
        ),
    }
    width = max(map(len, lines))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines.items())
