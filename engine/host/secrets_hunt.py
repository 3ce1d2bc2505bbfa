"""Every secret this installation knows, so that none of them leaves it in a support bundle.

Two nets: the values that are known (settings, keyring, the broker's credentials, keys of the
running instance), in each form they may be written in, and what looks like a secret although
nobody here knows it (a key pasted into a comment, a password in a URL).
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, SecretStr

from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.settings import load_settings
from engine.settings.secrets import secret_store
from engine.supervisor.logs import HIDDEN, Redactor

_NAMED = re.compile(r"pass(word|wd)?|secret|token|credential|api_?key|^key$|_key$", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"""(?P<name>[\w.-]*(?:password|passwd|secret|token|api[_-]?key|authorization)[\w.-]*"?\s*[:=]\s*)"""
    r"""(?P<value>"[^"\n]*"|'[^'\n]*'|(?:Bearer|Basic)\s+\S+|[^\s,;"'}]+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}")
_API_KEY = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}")
_URL_USER = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s:@]+:[^@\s/]+@", re.IGNORECASE)
_FILES = ("*.json", "*.properties", "*.yaml", "*.conf")
_NO_SECRET = ("true", "false", "yes", "no", "on", "off", "0", "1")
"""Values of switches such as TOKENIZERS_PARALLELISM, whose name sounds like a secret's."""
_MOST_BYTES = 1_000_000


class Cleaner:
    """Takes secrets, and if wanted the name of the home folder, out of text."""

    def __init__(self, secrets: Iterable[str], home: Path | None = None) -> None:
        self._known = Redactor(form for secret in secrets for form in _forms(secret))
        named = home is not None and home != home.parent
        self._home = re.compile(rf"{re.escape(str(home))}(?![\w-])") if named else None

    def __call__(self, text: str) -> str:
        text = self._known(text)
        text = _ASSIGNED.sub(_hide_value, text)
        text = _BEARER.sub(rf"\1 {HIDDEN}", text)
        text = _API_KEY.sub(HIDDEN, text)
        text = _URL_USER.sub(rf"\g<scheme>{HIDDEN}@", text)
        return self._home.sub("~", text) if self._home else text


def known_secrets(paths: DataPaths, env: Mapping[str, str]) -> frozenset[str]:
    """Of settings, environment, keyring and the files of broker and running instance."""
    found = {v for name, v in env.items() if _NAMED.search(name) and v.lower() not in _NO_SECRET}
    store = secret_store(paths)
    found.update(store.held().values())
    for given in (env, {}):  # a broken file must not hide what the environment says, nor reverse
        with contextlib.suppress(LakehouseError):
            found.update(_in_settings(load_settings(given, paths.root, store)))
    # A settings file that cannot be read as TOML, or was moved aside, still holds what it holds.
    for file in (*paths.root.glob("settings*.toml"), *_files(paths.run), *_files(paths.broker)):
        found.update(_in_file(file))
    return frozenset(value for value in found if value.strip())


def _in_settings(tree: BaseModel) -> Iterator[str]:
    for name in type(tree).model_fields:
        value = getattr(tree, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from _in_settings(value)


def _files(folder: Path) -> Iterator[Path]:
    for pattern in _FILES:
        for file in (*folder.glob(pattern), *folder.glob(f"*/{pattern}")):
            with contextlib.suppress(OSError):
                if file.stat().st_size <= _MOST_BYTES:
                    yield file


def _in_file(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if file.suffix == ".json":
        with contextlib.suppress(ValueError):
            yield from _in_json(json.loads(text), secret=False)
            return
    for found in _ASSIGNED.finditer(text):
        yield found["value"].strip("\"'")


def _in_json(value: object, *, secret: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _in_json(inner, secret=secret or bool(_NAMED.search(str(name))))
    elif isinstance(value, list):
        for inner in value:
            yield from _in_json(inner, secret=secret)
    elif secret and isinstance(value, str):
        yield value


def _forms(secret: str) -> Iterator[str]:
    """As it is, in JSON, in a URL, in base64."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret, safe="")
    if len(secret) > 3:  # shorter ones are too common a piece of other base64
        yield base64.b64encode(secret.encode()).decode().rstrip("=")


def _hide_value(found: re.Match[str]) -> str:
    value = found["value"]
    if value.strip("\"'") in ("", "null", "None", "true", "false", HIDDEN):
        return found[0]
    mark = value[0] if value[0] in "\"'" else ""
    return f"{found['name']}{mark}{HIDDEN}{mark}"
