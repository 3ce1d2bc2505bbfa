"""The assistant over the frozen lake, with no model, the bundled one, or one elsewhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Literal

from engine.assistant.assistant import LakeAssistant
from engine.assistant.compose import open_assistant
from engine.contracts.knowledge import Knowledge, VectorsConfig
from engine.contracts.llm import ChatModel
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.knowledge.embedder import MiniLM
from engine.knowledge.opening import opened
from engine.knowledge.seed import pack_items
from engine.lake import LakeReader
from engine.llm.chat import ChatClient
from engine.llm.endpoint import BUNDLED_PATIENCE, OPENAI, Endpoint
from engine.llm.models import Models
from engine.providers.llm_alone import local_model
from engine.provision.models import minilm, smollm
from tests.eval.lake import SHIPPED
from tests.eval.moments import NOW

Provider = Literal["offline", "local", "remote"]
WARM_UP: Final = "how many orders are there?"


def available() -> tuple[Provider, ...]:
    """Those that can be had here."""
    remote = os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL")
    return ("offline", "local", "remote") if remote else ("offline", "local")


@contextmanager
def assistant(provider: Provider, lake: Path) -> Iterator[LakeAssistant]:
    """One that has answered a question already."""
    pack = load_pack(SHIPPED)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rt-eval-")))
        knowledge = stack.enter_context(_knowledge(pack, folder))
        model = stack.enter_context(_model(provider, folder))
        opened_one = open_assistant(
            pack, LakeReader(lake), None, knowledge=knowledge, model=model, now=lambda: NOW
        )
        stack.callback(opened_one.close)
        opened_one.warm()
        opened_one.ask(WARM_UP, None)
        yield opened_one


@contextmanager
def _knowledge(pack: PackSpec, folder: Path) -> Iterator[Knowledge]:
    config = VectorsConfig(
        provider="embedded",
        collection="eval",
        pack=f"{pack.name} {pack.version}",
        items=pack_items(pack),
        folder=str(folder / "vectors"),
        address_file=str(folder / "vectors.json"),
        run_folder=str(folder),
    )
    with opened(config, MiniLM(minilm())) as store:
        yield store


@contextmanager
def _model(provider: Provider, folder: Path) -> Iterator[ChatModel | None]:
    if provider == "offline":
        yield None
    elif provider == "remote":
        endpoint = Endpoint(
            os.environ.get("OPENAI_BASE_URL") or OPENAI,
            os.environ.get("OPENAI_API_KEY"),
            os.environ.get("MODEL_NAME"),
        )
        client = ChatClient(endpoint)
        yield Models(lambda: client, lambda: None)
    else:
        with local_model(smollm(), folder, idle_s=3600, patience=BUNDLED_PATIENCE) as local:
            yield Models(lambda: None, lambda: local)
