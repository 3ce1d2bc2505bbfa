"""What ``doctor`` looks at: each check is a function that gives a finding with its remedy."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator

import psutil

from engine.domain.find import find_pack
from engine.errors import LakehouseError
from engine.host.cluster_check import check_cluster
from engine.host.compose import compose
from engine.host.findings import Finding, Level
from engine.host.model_check import check_language_model
from engine.paths import DataPaths, resources_dir
from engine.provision.jars import verify
from engine.provision.java import find_java
from engine.provision.models import model_store
from engine.settings import load_settings

__all__ = ["Finding", "Level", "check_disk", "check_memory", "examine"]

NEEDED_MEMORY = 3_000_000_000
"""Measured: broker, driver, pipeline and generator take 1.5–2 GB; the rest is the desktop's."""


def examine(paths: DataPaths, own_bytes: int = 0) -> Iterator[Finding]:
    """Every check, in the order a person would solve them.

    ``own_bytes`` is the memory that the running services hold: it is not lacking.
    """

    def memory(_paths: DataPaths) -> Finding:
        return check_memory(own_bytes)

    checks: tuple[Callable[[DataPaths], Finding], ...] = (
        _python,
        _java,
        _jars,
        _models,
        _folder,
        _settings,
        check_disk,
        memory,
        _cores,
        _ports,
        _pack,
        _providers,
        check_cluster,
        check_language_model,
    )
    for check in checks:
        try:
            yield check(paths)
        except LakehouseError as error:
            name = check.__name__.removeprefix("check_").removeprefix("_").replace("_", " ")
            yield Finding(name, "error", error.message, error.remedy)


def _python(_paths: DataPaths) -> Finding:
    return Finding("python", "ok", f"Python {sys.version.split()[0]} at {sys.executable}")


def _java(_paths: DataPaths) -> Finding:
    java = find_java()
    return Finding("java", "ok", f"Java {java.version} at {java.java} ({java.why})")


def _jars(_paths: DataPaths) -> Finding:
    problems = verify(quick=False)
    if not problems:
        return Finding("jars", "ok", "Every Maven jar matches its SHA-256.")
    names = ", ".join(problem.jar.relative for problem in problems[:3])
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return Finding(
        "jars",
        "error",
        f"Missing or changed: {names}{more}.",
        "Run `rt-lakehouse setup`: it fetches just these again.",
    )


def _models(_paths: DataPaths) -> Finding:
    wrong = model_store().verify(quick=False)
    if not wrong:
        return Finding("models", "ok", "Every model file matches its SHA-256.")
    lost = "; ".join(f"{model.title}, which {model.purpose}" for model in wrong)
    return Finding(
        "models",
        "warning",
        f"Missing or changed: {lost}.",
        "Run `rt-lakehouse setup`: it fetches just these again.",
    )


def _folder(paths: DataPaths) -> Finding:
    paths.create()
    return Finding("data folder", "ok", f"{paths.root} can be written.")


def _settings(paths: DataPaths) -> Finding:
    load_settings(os.environ, paths.root)
    return Finding("settings", "ok", "The environment and settings.toml are understood.")


def check_disk(paths: DataPaths) -> Finding:
    """Whether the data folder's disk is above the limits of the settings."""
    free = shutil.disk_usage(paths.root).free
    limits = load_settings(os.environ, paths.root).disk
    text = f"{free / 1e9:,.1f} GB free"
    if free >= limits.warn_below:
        return Finding("disk", "ok", f"{text}.")
    level: Level = "error" if free < limits.stop_below else "warning"
    return Finding(
        "disk",
        level,
        f"Only {text}: below {limits.pause_below / 1e9:g} GB the demo events pause, below "
        f"{limits.stop_below / 1e9:g} GB the pipeline stops.",
        "Free space, or point RTLAKEHOUSE_DATA_DIR at a larger disk.",
    )


def check_memory(own_bytes: int = 0) -> Finding:
    """Whether there is room for everything that starts, or has started and holds so much."""
    free = psutil.virtual_memory().available + own_bytes
    if free >= NEEDED_MEMORY:
        return Finding("memory", "ok", f"{free / 1e9:,.1f} GB for the lakehouse.")
    return Finding(
        "memory",
        "warning",
        f"Only {free / 1e9:,.1f} GB for the lakehouse; {NEEDED_MEMORY / 1e9:g} GB are comfortable.",
        "Close other programs.",
    )


def _cores(_paths: DataPaths) -> Finding:
    cores = psutil.cpu_count() or 1
    if cores >= 2:
        return Finding("processor", "ok", f"{cores} cores.")
    return Finding(
        "processor",
        "warning",
        "One core: expect events to take several seconds to gold.",
        "Lower PRODUCER_RATE.",
    )


def _ports(_paths: DataPaths) -> Finding:
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError as error:
        return Finding(
            "ports",
            "error",
            f"No port can be opened on 127.0.0.1: {error.strerror}.",
            "A firewall or sandbox forbids it: allow loopback ports for this program.",
        )
    return Finding("ports", "ok", "Free loopback ports are chosen at each start.")


def _pack(paths: DataPaths) -> Finding:
    domain = load_settings(os.environ, paths.root).domain
    found = find_pack(domain, paths.root, resources_dir())
    if found.notices:
        return Finding("domain pack", "warning", " ".join(map(str, found.notices)), "Correct it.")
    return Finding("domain pack", "ok", f"{found.spec.title} {found.spec.version}.")


def _providers(paths: DataPaths) -> Finding:
    instance = compose(paths, os.environ)
    parts = [
        f"{s.name}: {s.provider}" + (f" ({s.why.rstrip('.')})" if s.why else "")
        for s in instance.supervisor.snapshot()
    ]
    return Finding("providers", "ok", "; ".join(parts) + ".")
