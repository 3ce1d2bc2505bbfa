"""What becomes of a pack: one item a question, metric, dimension, table and section."""

from __future__ import annotations

import pytest

from engine.contracts.pack import KnowledgePage, PackSpec, QuestionSpec
from engine.contracts.semantic import (
    Dimension,
    DimensionSource,
    Metric,
    MetricSource,
    SemanticLayer,
    TableNotes,
)
from engine.knowledge.seed import (
    SECTION_CHARACTERS,
    content_hash,
    pack_items,
    split_page,
    split_section,
    wordings,
)
from tests.unit.providers.test_own_children import PACK as TINY

pytestmark = pytest.mark.unit

QUESTION = QuestionSpec(
    name="top", asks=("What sells best?", "Best sellers"), sql="SELECT 1", answer="{x}"
)
METRIC = Metric(
    name="gmv",
    title="Revenue",
    synonyms=("turnover", "sales"),
    description="Value of all orders.",
    sources=(MetricSource(table="gold_kpis", sql="SUM(gmv_usd)"),),
)
DIMENSION = Dimension(
    name="country",
    title="Country",
    synonyms=("nation",),
    sources=(DimensionSource(table="silver_events", sql="country"),),
)
TABLE = TableNotes(
    name="gold_kpis", description="A minute.", time_column="window_start", columns={"orders": "n"}
)
PAGE = KnowledgePage(
    name="returns",
    title="Returns",
    text="Before all.\n\n## Why\n\nToo small.\n\n## How\n\nBy post.\n",
)
PACK = TINY.model_copy(
    update={
        "questions": (QUESTION,),
        "semantic": SemanticLayer(tables=(TABLE,), metrics=(METRIC,), dimensions=(DIMENSION,)),
        "knowledge": (PAGE,),
    }
)


@pytest.fixture
def by_title():
    return {item.title: item for item in pack_items(PACK)}


def test_that_every_part_of_a_pack_becomes_an_item(by_title):
    assert {title: item.kind for title, item in by_title.items()} == {
        "What sells best?": "question",
        "Revenue": "metric",
        "Country": "dimension",
        "gold_kpis": "table",
        "Returns": "page",
        "Returns · Why": "page",
        "Returns · How": "page",
    }


def test_that_a_question_leads_to_its_sql_and_each_wording_is_embedded(by_title):
    item = by_title["What sells best?"]
    assert item.payload == {
        "name": "top",
        "asks": ["What sells best?", "Best sellers"],
        "sql": "SELECT 1",
    }
    assert wordings(item) == ("What sells best?", "Best sellers")


def test_that_synonyms_are_wordings_of_a_metric(by_title):
    assert wordings(by_title["Revenue"]) == (
        *("Revenue", "turnover", "sales"),
        "Value of all orders.",
    )
    assert by_title["Revenue"].payload == {"name": "gmv"}


def test_that_a_section_is_embedded_whole_with_its_title(by_title):
    assert wordings(by_title["Returns · Why"]) == ("Returns · Why\nToo small.",)
    assert by_title["Returns · Why"].payload == {"name": "returns", "heading": "Why"}


def test_that_ids_stay_and_differ():
    first, second = pack_items(PACK), pack_items(PACK)
    assert [item.id for item in first] == [item.id for item in second]
    assert len({item.id for item in first}) == len(first)


def test_that_two_sections_of_one_heading_are_both_kept():
    page = PAGE.model_copy(update={"text": "## Why\n\nA.\n\n## Why\n\nB."})
    items = pack_items(PACK.model_copy(update={"knowledge": (page,)}))
    assert len([item for item in items if item.title == "Returns · Why"]) == 2


def test_that_the_hash_changes_with_the_content_only(by_title):
    item = by_title["Revenue"]
    assert content_hash(item) == content_hash(item.model_copy())
    assert content_hash(item) != content_hash(item.model_copy(update={"text": "Turnover"}))


def test_that_a_long_section_is_cut_at_paragraphs():
    paragraphs = [f"{letter * 400}" for letter in "abcd"]
    pieces = split_section("\n\n".join(paragraphs))
    assert [len(piece) <= SECTION_CHARACTERS for piece in pieces] == [True, True]
    assert "\n\n".join(pieces) == "\n\n".join(paragraphs)


def test_that_a_page_without_headings_is_one_section():
    assert split_page(PAGE.model_copy(update={"text": "All of it."})) == [("", "All of it.")]


def test_that_a_pack_without_knowledge_has_no_items():
    empty: PackSpec = TINY
    assert pack_items(empty) == ()
