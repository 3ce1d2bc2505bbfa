"""Which pack is in use: the person's copy, the shipped one, or the last copy that was good."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.contracts.pack import PackSpec
from engine.domain.errors import PackError
from engine.domain.tried import tried_pack


@dataclass(frozen=True)
class FoundPack:
    """The pack to use, and sentences a person should read about the choice."""

    spec: PackSpec
    notices: tuple[str, ...] = ()


def find_pack(name: str, data_dir: Path, resources_dir: Path) -> FoundPack:
    """The pack ``name``: ``<data>/domains/<name>`` when there is one, else the shipped one.

    A copy that cannot be used is refused with a notice, and its last good version stays in use
    (the shipped pack when there was none). PackError only when the shipped pack is bad.
    """
    domains = data_dir / "domains"
    shipped, override = resources_dir / "domains" / name, domains / name
    if not override.is_dir():
        return FoundPack(tried_pack(shipped, domains))
    keeper = domains / ".last-good" / f"{name}.json"
    try:
        spec = _named(tried_pack(override, domains), name, override)
    except PackError as error:
        return _fall_back(error, keeper, shipped, domains)
    notice = _keep(spec, keeper)
    return FoundPack(spec, (notice,) if notice else ())


def _named(spec: PackSpec, name: str, folder: Path) -> PackSpec:
    """A copy whose name differs from its folder's would write into another pack's tables."""
    if spec.name != name:
        reason = f"the pack calls itself '{spec.name}' in the folder of '{name}'"
        raise PackError(folder / "pack.yaml", None, reason, f"Write 'name: {name}' there.")
    return spec


def _fall_back(error: PackError, keeper: Path, shipped: Path, domains: Path) -> FoundPack:
    last_good = _read_kept(keeper)
    if last_good is not None:
        return FoundPack(last_good, (f"{error} Until then the last good version stays in use.",))
    spec = tried_pack(shipped, domains)
    return FoundPack(spec, (f"{error} Until then the shipped pack stays in use.",))


def _read_kept(keeper: Path) -> PackSpec | None:
    """The last good pack; one that an earlier release wrote in another form counts as none."""
    try:
        return PackSpec.model_validate_json(keeper.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(spec: PackSpec, keeper: Path) -> str | None:
    """Notes ``spec`` as the last good one, whole or not at all; a sentence when that failed."""
    draft = keeper.with_suffix(f".{os.getpid()}.tmp")
    try:
        keeper.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(spec.model_dump_json(), encoding="utf-8")
        draft.replace(keeper)
    except OSError as error:
        return (
            f"The pack '{spec.name}' is in use, but could not be kept as the last good one"
            f" ({error}). Make the data folder writable."
        )
    return None
