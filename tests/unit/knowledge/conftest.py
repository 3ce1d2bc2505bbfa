"""A store in memory, with Qdrant's own local mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from qdrant_client import QdrantClient

from engine.knowledge.store import QdrantKnowledge
from tests.helpers.words import WordModel


@pytest.fixture
def model() -> WordModel:
    return WordModel()


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    yield client
    client.close()


@pytest.fixture
def store(client: QdrantClient, model: WordModel) -> QdrantKnowledge:
    made = QdrantKnowledge(
        client, model, collection="shop", provider="embedded", where="of this test"
    )
    made.open()
    return made
