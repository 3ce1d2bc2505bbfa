"""What is found, kept, replaced and forgotten: Qdrant's local mode, words for a model."""

from __future__ import annotations

import pytest
from qdrant_client import QdrantClient, models

from engine.contracts.knowledge import KnowledgeItem
from engine.knowledge.editing import changed_item, new_item
from engine.knowledge.errors import KnowledgeRefused
from engine.knowledge.store import QdrantKnowledge
from tests.helpers.words import WordModel, item

pytestmark = pytest.mark.unit

REVENUE = item("revenue", "Revenue\nturnover of the shop\nhow much we sold")
LATENCY = item("latency", "Latency\ntime from event to gold")
PAGE = item("shipping", "Parcels leave on the day of the order", kind="page")
PACK = (REVENUE, LATENCY, PAGE)


def follow(store: QdrantKnowledge, model: WordModel, *items: KnowledgeItem) -> int:
    return store.follow("shop 1", items, model)


def titles(store: QdrantKnowledge) -> list[str]:
    return [found.title for found in store.items()]


def test_that_any_wording_finds_its_item_and_the_item_comes_once(store, model):
    follow(store, model, *PACK)
    hits = store.search("turnover of the shop")
    assert hits[0].item == REVENUE
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert [hit.item.title for hit in hits].count("revenue") == 1


def test_that_the_nearest_come_first_and_no_more_than_asked_for(store, model):
    follow(store, model, *PACK)
    hits = store.search("time from event", limit=2)
    assert len(hits) == 2
    assert hits[0].item == LATENCY
    assert hits[0].score > hits[1].score


def test_that_only_the_named_kinds_are_searched_and_listed(store, model):
    follow(store, model, *PACK)
    assert {hit.item.kind for hit in store.search("revenue", ("page",))} == {"page"}
    assert titles(store) == ["latency", "revenue", "shipping"]
    assert [found.title for found in store.items("page")] == ["shipping"]


def test_that_the_same_pack_a_second_time_embeds_and_writes_nothing(store, model):
    assert follow(store, model, *PACK) == 3
    model.read.clear()
    assert follow(store, model, *PACK) == 0
    assert model.read == []


def test_that_a_changed_item_is_replaced_and_one_that_left_is_removed(store, model):
    follow(store, model, *PACK)
    model.read.clear()
    newer = item("revenue", "Revenue\ntakings")
    assert store.follow("shop 2", (newer, LATENCY), model) == 2
    assert model.read == ["Revenue", "takings"]
    assert titles(store) == ["latency", "revenue"]
    assert store.search("takings")[0].item == newer
    assert store.status().pack == "shop 2"


def test_that_what_a_person_added_survives_every_seeding(store, model):
    follow(store, model, *PACK)
    own = new_item("question", "How many llamas", sql="SELECT 1")
    store.put([own])
    store.follow("shop 2", (), model)
    assert store.items() == (own,)


def test_that_a_persons_version_of_a_packs_item_stays(store, model):
    follow(store, model, *PACK)
    mine = changed_item(PAGE, text="Parcels leave a day later")
    store.put([mine])
    follow(store, model, REVENUE, LATENCY, item("shipping", "Parcels leave at once", kind="page"))
    assert store.items("page") == (mine,)


def test_that_a_deleted_item_of_the_pack_does_not_come_back(store, model):
    follow(store, model, *PACK)
    store.delete([REVENUE.id])
    follow(store, model, *PACK)
    assert titles(store) == ["latency", "shipping"]
    assert REVENUE not in [hit.item for hit in store.search("turnover of the shop")]
    assert store.status().items == 2


def test_that_a_deleted_item_of_a_person_is_gone_and_deleting_twice_is_no_error(store):
    own = new_item("page", "Llamas", "They are not sold here")
    store.put([own])
    store.delete([own.id])
    store.delete([own.id])
    assert store.items() == ()


def test_that_more_items_than_fit_one_request_are_all_kept(store, model):
    many = [item(f"metric {number}") for number in range(600)]
    follow(store, model, *many)
    assert len(store.items()) == 600


@pytest.mark.parametrize("act", ["put", "delete"])
def test_that_an_id_that_is_none_is_refused(store, act):
    odd = REVENUE.model_copy(update={"id": "seven"})
    with pytest.raises(KnowledgeRefused, match="'seven' is not the id"):
        store.put([odd]) if act == "put" else store.delete([odd.id])


def test_that_another_programs_collection_is_left_alone(client: QdrantClient, model):
    client.create_collection(
        "shop", vectors_config=models.VectorParams(size=3, distance=models.Distance.DOT)
    )
    theirs = QdrantKnowledge(client, model, collection="shop", provider="external", where="there")
    with pytest.raises(KnowledgeRefused, match=r"other vectors.*QDRANT_COLLECTION"):
        theirs.open()


def test_that_status_tells_store_pack_and_model(store, model):
    follow(store, model, *PACK)
    status = store.status()
    assert (status.provider, status.collection, status.items) == ("embedded", "shop", 3)
    assert (status.pack, status.model) == ("shop 1", "all-MiniLM-L6-v2")
