"""One YAML file as values plus the line each of them stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from engine.domain.errors import PackError

Loc: TypeAlias = tuple[str | int, ...]


_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """YAML with the words of version 1.2: ``NO`` is Norway and ``on`` a word, not booleans.

    Aliases are refused: a pack needs none, and nested ones can blow a small file up without end.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # stubs lack it
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", mark)
        return super().compose_node(parent, index)


_RESOLVERS = {
    first: [(tag, rule) for tag, rule in rules if tag not in (_TAG + "bool", _TAG + "timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_implicit_resolvers = _RESOLVERS
_Loader.add_implicit_resolver(_TAG + "bool", re.compile(r"^(?:true|false)$"), list("tf"))


if yaml.__with_libyaml__:

    class _FastLoader(yaml.CSafeLoader):
        """The same, ten times as fast; what it refuses, the other one explains."""

    _FastLoader.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


@dataclass(frozen=True)
class Document:
    """A parsed file; ``lines`` maps the way to a value (keys and indexes) to its line."""

    path: Path
    value: dict[str, Any]
    lines: dict[Loc, int]

    def line(self, loc: Loc) -> int:
        """The line of ``loc``, or of the nearest thing around it that stands in the file."""
        while loc not in self.lines:
            loc = loc[:-1]
        return self.lines[loc]


def read_document(path: Path) -> Document:
    """Parses a file whose top is a mapping; PackError on anything else."""
    root = _compose(path)
    lines: dict[Loc, int] = {(): 1}
    if not isinstance(root, yaml.MappingNode):
        reason = "the file must be a mapping (key: value lines) at the top"
        raise PackError(path, 1, reason, "Compare it with the shipped pack's file of that name.")
    _walk(path, root, (), lines)
    constructor = yaml.constructor.SafeConstructor()
    try:
        value = constructor.construct_document(root)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(path, error) from None
    return Document(path, value, lines)


def _compose(path: Path) -> yaml.Node | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        remedy = "A pack needs every file; copy this one from the shipped pack."
        raise PackError(path, None, "the file is missing", remedy) from None
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Make the file readable, as UTF-8 text."
        raise PackError(path, None, f"the file cannot be read ({error})", remedy) from None
    try:
        root = _compose_fast(text)
        return root if root is not None else yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(path, error) from None
    except yaml.YAMLError as error:
        raise PackError(path, None, f"not YAML: {error}", "Correct the file's syntax.") from None


def _compose_fast(text: str) -> yaml.Node | None:
    """The document by libyaml; None where that is not there, or the text is at fault."""
    if not yaml.__with_libyaml__:
        return None
    try:
        root = yaml.compose(text, Loader=_FastLoader)
    except yaml.YAMLError:
        return None
    return root if root is not None and not _has_alias(root) else None


def _has_alias(root: yaml.Node) -> bool:
    """Whether a node stands in two places; looks at each one once, however often it stands."""
    seen: set[int] = set()
    rest = [root]
    while rest:
        node = rest.pop()
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            rest += node.value
        elif isinstance(node, yaml.MappingNode):
            rest += [part for pair in node.value for part in pair]
    return False


def _syntax_error(path: Path, error: yaml.MarkedYAMLError) -> PackError:
    mark = error.problem_mark or error.context_mark
    reason = "not YAML: " + ", ".join(p for p in (error.context, error.problem) if p)
    remedy = "Correct the syntax there; indent with spaces, and quote text that holds ': ' or '#'."
    return PackError(path, mark.line + 1 if mark else None, reason, remedy)


def _walk(path: Path, node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> None:
    """Notes the line of every value below ``node``; a key written twice is an error."""
    lines.setdefault(loc, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _walk(path, child, (*loc, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            _walk_key(path, key, (*loc, str(key.value)), lines)
            _walk(path, child, (*loc, str(key.value)), lines)


def _walk_key(path: Path, key: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> None:
    line = key.start_mark.line + 1
    if loc in lines:
        reason = f"'{loc[-1]}' is written twice, first on line {lines[loc]}"
        raise PackError(path, line, reason, "Keep one of the two.")
    lines[loc] = line
