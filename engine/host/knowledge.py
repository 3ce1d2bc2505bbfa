"""The knowledge of a data folder: asked of the instance that runs, or opened where none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from engine.contracts.knowledge import Hit, Kind, Knowledge
from engine.domain.find import find_pack
from engine.errors import LakehouseError
from engine.host.control import is_running
from engine.knowledge.desk import KnowledgeClient
from engine.paths import DataPaths, resources_dir
from engine.providers.choose import choose
from engine.providers.vectors import Vectors, vectors_providers
from engine.settings import load_settings
from engine.settings.secrets import secret_store


@contextmanager
def knowledge_at_hand(
    paths: DataPaths, env: Mapping[str, str], tell: Callable[[str], None] = lambda _sentence: None
) -> Iterator[Knowledge]:
    """Knowledge for as long as the context lasts; ``tell`` hears what a person should read.

    Without a running instance this process loads the model and opens the store, in about two
    seconds. Raises LakehouseError.
    """
    if is_running(paths):
        yield KnowledgeClient(paths)
        return
    # Imported here: asking a running instance needs neither Qdrant's client nor llama.cpp.
    from engine.knowledge.embedder import MiniLM
    from engine.knowledge.opening import opened
    from engine.provision.models import minilm

    paths.create()
    settings = load_settings(env, paths.root, secret_store(paths))
    pack = find_pack(settings.domain, paths.root, resources_dir()).spec
    stores = vectors_providers(paths, settings, lambda: pack)
    provider = choose(stores, settings.assistant.vector_store).provider
    assert isinstance(provider, Vectors)
    with opened(provider.config(), MiniLM(minilm()), tell) as knowledge:
        yield knowledge


class LateKnowledge:
    """Knowledge that is opened by the first who asks for it. Close it.

    Whatever goes wrong is a LakehouseError: who can do without it goes on.
    """

    def __init__(self, paths: DataPaths, env: Mapping[str, str]) -> None:
        self._paths = paths
        self._env = env
        self._stack = ExitStack()
        self._opened: Knowledge | None = None

    def search(self, text: str, kinds: Sequence[Kind] = (), limit: int = 5) -> tuple[Hit, ...]:
        """See Knowledge."""
        try:
            return self._open().search(text, kinds, limit)
        except LakehouseError:
            raise
        except Exception as error:  # its libraries raise their own kinds, and none may cost more
            raise LakehouseError(
                f"The knowledge store cannot be opened: {error}.",
                "Questions are answered without it.",
            ) from error

    def close(self) -> None:
        """Closes what was opened."""
        self._stack.close()

    def _open(self) -> Knowledge:
        if self._opened is None:
            self._opened = self._stack.enter_context(knowledge_at_hand(self._paths, self._env))
        return self._opened
