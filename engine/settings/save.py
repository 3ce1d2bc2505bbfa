"""Writing ``settings.toml``: whole or not at all, with a person's comments and order kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import SettingsError
from engine.paths import DataPaths
from engine.platform import write_private
from engine.settings.describe import secret_paths
from engine.settings.explain import InvalidSetting, explain_change
from engine.settings.load import IN_KEYRING, read_file
from engine.settings.migrate import VERSION_KEY, migrate
from engine.settings.secrets import SecretStore, secret_store
from engine.settings.tree import Settings


def save_settings(
    paths: DataPaths,
    changes: Mapping[str, object | None],
    store: SecretStore | None = None,
) -> None:
    """Writes changes by dotted name; None removes one, which brings its default back.

    Durations may be text ("10 minutes"). Secrets go to ``store`` and never into the file. May wait
    for the keyring. Raises InvalidSetting (nothing is written) or SettingsError.
    """
    store = store or secret_store(paths)
    secrets = {path: value for path, value in changes.items() if path in secret_paths()}
    file = paths.settings_file
    read_file(file)  # its errors are sentences; tomlkit's are not
    document = _document(file)
    for path, value in changes.items():
        if path not in secrets:
            _change(document, path, value)
    _check(document, secrets)
    for path, value in secrets.items():
        _change_secret(document, path, value, store)
    _write(file, document)


def secrets_in_file(paths: DataPaths) -> tuple[str, ...]:
    """Dotted names of the secrets that somebody wrote into settings.toml."""
    tree = read_file(paths.settings_file)
    return tuple(sorted(path for path in secret_paths() if _get(tree, path) is not None))


def move_secrets(paths: DataPaths, store: SecretStore | None = None) -> tuple[str, ...]:
    """Takes secrets out of the file into the keyring; their names.

    Raises SettingsError where no keyring takes them: the file is then left as it is.
    """
    store = store or secret_store(paths)
    if not store.usable():
        raise SettingsError(
            "There is no system keyring to move the secret to.",
            "Set it as an environment variable, and delete its line from settings.toml.",
        )
    tree = read_file(paths.settings_file)
    found = {name: str(_get(tree, name)) for name in secrets_in_file(paths)}
    for name, value in found.items():
        if store.put(name, value) != "keyring":
            store.remove(name, in_keyring=False)
            raise SettingsError(
                "The system keyring did not take the secret.",
                "Unlock it and try again; settings.toml is as it was.",
            )
    save_settings(paths, found, store)
    return tuple(found)


def _document(file: Path) -> Any:
    # Imported here: a start only reads, which needs no tomlkit.
    import tomlkit

    text = file.read_text(encoding="utf-8") if file.exists() else ""
    document = tomlkit.parse(text)
    migrate(document)
    return document


def _check(document: Any, secrets: Mapping[str, object | None]) -> None:
    tree = document.unwrap()
    for key in (IN_KEYRING, VERSION_KEY):
        tree.pop(key, None)
    for path, value in secrets.items():
        _change(tree, path, value)
    try:
        Settings.model_validate(tree)
    except ValidationError as err:
        raise explain_change(err.errors()[0]) from None  # err shows secrets


def _change_secret(document: Any, path: str, value: object | None, store: SecretStore) -> None:
    listed = {str(name) for name in document.get(IN_KEYRING, [])}
    if value is None or not str(value).strip():
        store.remove(path, in_keyring=path in listed)
        listed.discard(path)
    elif store.put(path, str(value)) == "keyring":
        listed.add(path)
    else:
        listed.discard(path)
    _change(document, path, None)
    _change(document, IN_KEYRING, sorted(listed) or None)


def _change(tree: Any, path: str, value: object | None) -> None:
    *sections, name = path.split(".")
    for section in sections:
        if section not in tree:
            if value is None:
                return
            tree[section] = {}
        tree = tree[section]
        if not isinstance(tree, dict):
            raise InvalidSetting(
                f"settings.toml has a value where the section [{section}] belongs.",
                "Delete that line of settings.toml.",
                path,
            )
    if value is None:
        tree.pop(name, None)
    else:
        tree[name] = list(value) if isinstance(value, tuple) else value


def _get(tree: Mapping[str, Any], path: str) -> object | None:
    *sections, name = path.split(".")
    for section in sections:
        inner = tree.get(section)
        if not isinstance(inner, dict):
            return None
        tree = inner
    return tree.get(name)


def _write(file: Path, document: Any) -> None:
    import tomlkit

    try:
        write_private(file, tomlkit.dumps(document))
    except OSError as err:
        raise SettingsError(
            f"The settings file {file} cannot be written: {err.strerror}.",
            "Make the data folder writable, or free disk space, then save again.",
        ) from err
