"""What ``doctor`` says of the language model: which one, why that one, what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from engine.errors import LakehouseError
from engine.host.findings import Finding
from engine.llm.endpoint import is_loopback
from engine.llm.fits import check_fits, context_for, needed_bytes, this_computer
from engine.llm.offers import list_models
from engine.llm.runtimes import find_runtime, threads
from engine.paths import DataPaths
from engine.providers.llm import LanguageModel
from engine.providers.llm_local import LocalLlm
from engine.providers.llm_remote import RemoteLlm, endpoint_of
from engine.provision.models import smollm
from engine.settings import Settings, load_settings
from engine.settings.secrets import secret_store

NAME = "language model"


def check_language_model(paths: DataPaths, bundled: Callable[[], Path] = smollm) -> Finding:
    """Asks a model service for its models; loads none."""
    settings = load_settings(os.environ, paths.root, secret_store(paths))
    llm = LanguageModel(paths, settings, bundled)
    if llm.refusal is not None:
        return Finding(NAME, "error", llm.refusal.message, llm.refusal.remedy)
    why = f" ({llm.why})" if llm.why else ""
    if isinstance(llm.chosen, RemoteLlm):
        return _remote(llm.chosen, settings)
    if isinstance(llm.chosen, LocalLlm):
        return _local(llm.chosen, settings, why)
    return Finding(
        NAME,
        "warning",
        f"None{why}. Verified questions are answered without one.",
        "Enter an API key or choose a model file on the Settings page, or run "
        "`rt-lakehouse setup`.",
    )


def _remote(chosen: RemoteLlm, settings: Settings) -> Finding:
    endpoint = endpoint_of(settings.assistant)
    behind = ", with one on this computer standing by" if chosen.standby else ""
    text = f"remote: {endpoint.model or 'the usual model'} at {endpoint.host}{behind}."
    plain = endpoint.base_url.startswith("http://") and not is_loopback(endpoint.base_url)
    if endpoint.api_key and plain:
        remedy = "Use an address that begins with https://."
        return Finding(NAME, "warning", f"{text} Its key is sent unencrypted.", remedy)
    try:
        names = list_models(endpoint.base_url, endpoint.api_key).names
    except LakehouseError as error:
        return Finding(NAME, "warning", f"{text} {error.message}", error.remedy)
    if endpoint.model and endpoint.model not in names:
        remedy = "Choose one that Test on the Settings page lists."
        return Finding(NAME, "warning", f"{text} The service does not list that model.", remedy)
    return Finding(NAME, "ok", text)


def _local(chosen: LocalLlm, settings: Settings, why: str) -> Finding:
    model = chosen.model_file()
    context = context_for(model, settings.assistant.local_context)
    count = threads()
    text = (
        f"local{why}: {model.title}, {model.parameters / 1e6:,.0f} million parameters, "
        f"{context:,} tokens of context, by {find_runtime()} on {count} "
        f"{'thread' if count == 1 else 'threads'}; {needed_bytes(model, context) / 1e9:,.1f} GB "
        "of memory while it is loaded."
    )
    try:
        check_fits(model, context, this_computer())
    except LakehouseError as error:
        return Finding(NAME, "warning", f"{text} {error.message}", error.remedy)
    return Finding(NAME, "ok", text)
