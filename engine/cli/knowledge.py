"""``knowledge``: what the assistant knows, searched, listed, added to, changed and removed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from engine.cli.options import at_least
from engine.contracts.knowledge import Kind, Knowledge, KnowledgeItem
from engine.host.knowledge import knowledge_at_hand
from engine.knowledge.editing import SHORT_ID, changed_item, find_item, new_item
from engine.knowledge.errors import KnowledgeRefused
from engine.paths import data_paths

KINDS = get_args(Kind)


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    search = actions.add_parser("search", help="what is nearest in meaning to a text")
    search.add_argument("text")
    search.add_argument("--limit", type=at_least(1), default=5, metavar="N")
    listed = actions.add_parser("list", help="every item")
    for each in (search, listed):
        each.add_argument("--kind", choices=KINDS)
    added = actions.add_parser("add", help="an item of your own; prints its id")
    added.add_argument("title", help="of a question: its wording")
    added.add_argument("--kind", choices=KINDS, default="page")
    edited = actions.add_parser("edit", help="change an item")
    edited.add_argument("id", help="its beginning is enough")
    edited.add_argument("--title")
    for each in (added, edited):
        each.add_argument("--text", help="what it is found by; of a question a wording a line")
        each.add_argument("--file", type=Path, help="the text, from a file (- is stdin)")
        each.add_argument("--sql", help="what answers a question")
    deleted = actions.add_parser("delete", help="remove items")
    deleted.add_argument("id", nargs="+", help="its beginning is enough")
    status = actions.add_parser("status", help="which store, how many items")
    for each in (search, listed, status):
        each.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Carries out the action on the running instance's store, or on the data folder's."""
    actions: dict[str, Callable[[Knowledge, argparse.Namespace], None]] = {
        "search": _search,
        "list": _list,
        "add": _add,
        "edit": _edit,
        "delete": _delete,
        "status": _status,
    }
    with knowledge_at_hand(data_paths(), os.environ, _tell) as knowledge:
        actions[options.action](knowledge, options)
    return 0


def _search(knowledge: Knowledge, options: argparse.Namespace) -> None:
    kinds = (options.kind,) if options.kind else ()
    hits = knowledge.search(options.text, kinds, options.limit)
    if options.json:
        print(json.dumps([hit.model_dump(mode="json") for hit in hits]))
        return
    _grid(
        ("Nearness", "Id", "Kind", "Title"),
        [(f"{hit.score:.2f}", *_row(hit.item)) for hit in hits],
    )


def _list(knowledge: Knowledge, options: argparse.Namespace) -> None:
    items = knowledge.items(options.kind)
    if options.json:
        print(json.dumps([item.model_dump(mode="json") for item in items]))
        return
    _grid(("Id", "Kind", "Title", "Of"), [(*_row(item), item.origin) for item in items])


def _add(knowledge: Knowledge, options: argparse.Namespace) -> None:
    item = new_item(options.kind, options.title, _text(options) or "", options.sql or "")
    knowledge.put([item])
    print(item.id)


def _edit(knowledge: Knowledge, options: argparse.Namespace) -> None:
    item = find_item(knowledge.items(), options.id)
    changed = changed_item(item, options.title, _text(options), options.sql)
    if changed == item:
        raise KnowledgeRefused(
            "Nothing was changed.", "Give at least one of --title, --text, --file and --sql."
        )
    knowledge.put([changed])
    print(item.id)


def _delete(knowledge: Knowledge, options: argparse.Namespace) -> None:
    items = knowledge.items()
    found = [find_item(items, each) for each in options.id]
    knowledge.delete([item.id for item in found])
    for item in found:
        print(f"{item.id} {item.title}")


def _status(knowledge: Knowledge, options: argparse.Namespace) -> None:
    status = knowledge.status()
    if options.json:
        print(status.model_dump_json())
        return
    print(
        f"{status.items} items of {status.pack} in the collection {status.collection} "
        f"({status.provider}), found by {status.model}."
    )


def _text(options: argparse.Namespace) -> str | None:
    """The text that was given; None where none was."""
    if options.file is None:
        text: str | None = options.text
        return text
    try:
        if str(options.file) == "-":
            return sys.stdin.read()
        content: str = options.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeRefused(
            f"The file {options.file} cannot be read: {error}.", "Name a text file in UTF-8."
        ) from error
    return content


def _row(item: KnowledgeItem) -> tuple[str, str, str]:
    return item.id[:SHORT_ID], item.kind, item.title


def _grid(columns: tuple[str, ...], rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(*columns)
    for row in rows:
        grid.add_row(*row)
    Console().print(grid)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)
