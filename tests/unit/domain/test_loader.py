"""A pack is refused with file, line, reason and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import SemanticLayer
from engine.domain import PackError, load_pack

pytestmark = pytest.mark.unit

GOLD_KPIS = (
    "events orders gmv_usd refunds refund_usd net_usd active_users view_users cart_users"
    " purchase_users conversion_rate cart_conversion_rate avg_order_value_usd products_sold"
    " cart_additions discount_usd late_events"
)


def _edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def _refusal(folder: Path) -> PackError:
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    return caught.value


def test_that_the_shipped_pack_follows_the_contract(shipped: Path) -> None:
    spec = load_pack(shipped)
    assert [measure.name for measure in spec.kpis] == GOLD_KPIS.split()
    assert spec.segments.dimensions == ("country", "device_type", "category_id", "referrer")
    assert spec.event_types[0] == "page_view"
    assert spec.field("price").range_reason is Reason.NEGATIVE_PRICE
    assert spec.currencies["USD"] == 1.0
    assert len(spec.currencies) >= 35


def test_that_a_pack_survives_its_way_through_json(shipped: Path) -> None:
    spec = load_pack(shipped)
    assert PackSpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(
    ("file", "old", "new", "line_of", "reason"),
    [
        ("pack.yaml", "title: Online", "titel: Online", "titel", "did you mean 'title'"),
        ("pack.yaml", "partitions: 3", "partitions: many", "partitions", "valid integer"),
        ("pack.yaml", "user: user_id", "user: user", "user: user", "did you mean 'user_id'"),
        ("schema.yaml", "uppercase", "upercase", "upercase", "did you mean 'uppercase'"),
        ("schema.yaml", "type: timestamp", "type: time", "type: time", "'timestamp'"),
        ("schema.yaml", "name: ua", "name: country", "name: country", "there twice"),
        ("schema.yaml", "name: ua", "name: is_late", "name: is_late", "makes itself"),
        ("schema.yaml", "name: ua", "name: raw_base64", "name: raw_base64", "makes itself"),
        ("schema.yaml", "[purchase, refund]", "[purchas]", "[purchas]", "mean 'purchase'"),
        ("amounts.yaml", "price * q", "prize * q", "sql:", "did you mean 'price'"),
        ("amounts.yaml", "[purchase,", "[purchases,", "[purchases", "unknown name 'purchases'"),
        ("currencies.yaml", "AUD: 0.655", "AUD: 0", "AUD", "the rate of AUD"),
        ("currencies.yaml", "AUD: 0.655", "AUD: 1\n  AUD: 2", "AUD: 2", "written twice"),
        ("kpis.yaml", "name: orders", "name: events", "name: events", "there twice"),
        ("kpis.yaml", "DISTINCT user_id)", "DISTINCT usr_id)", "usr_id", '"usr_id" not found'),
        ("kpis.yaml", "sql: COUNT(*)", "sql: quantity", "sql: quantity", "not an aggregate"),
        ("kpis.yaml", "sql: COUNT(*)", "sql: COUNT(*", "sql: COUNT(*", "does not run"),
        ("segments.yaml", "referrer]", "referer]", "referer]", "did you mean 'referrer'"),
        ("generator.yaml", "end: 18", "endd: 18", "endd: 18", "unknown name 'endd'"),
        ("generator.yaml", "CHF: 4", "XXX: 4", "XXX", "unknown name 'XXX'"),
        ("generator.yaml", "entry: {", "entry: [", "entry", "not YAML"),
        ("generator.yaml", "users: 20000", "users: *x", "users", "aliases"),
    ],
)
def test_that_a_fault_is_named_with_its_line(
    copy: Path, file: str, old: str, new: str, line_of: str, reason: str
) -> None:
    _edit(copy, file, old, new)
    error = _refusal(copy)
    lines = (copy / file).read_text(encoding="utf-8").splitlines()
    places = [number for number, line in enumerate(lines, 1) if line_of in line]
    assert error.file == copy / file
    assert error.line in places
    assert reason in error.reason
    assert f"{file}:{error.line}: " in str(error)
    assert error.remedy.endswith(".")


def test_that_a_missing_file_is_named(copy: Path) -> None:
    (copy / "kpis.yaml").unlink()
    assert str(_refusal(copy)).startswith(f"{copy / 'kpis.yaml'}: the file is missing.")


def test_that_a_missing_key_is_named(copy: Path) -> None:
    _edit(copy, "kpis.yaml", "    type: BIGINT\n", "")
    error = _refusal(copy)
    assert error.reason == "'type' is missing in kpis[0]"


def test_that_norway_is_a_text(copy: Path) -> None:
    _edit(copy, "generator.yaml", "US: 30", "NO: 30")
    assert "NO" in load_pack(copy).generator["user_fields"]["country"]["weights"]


def test_that_a_file_that_is_no_mapping_is_refused(copy: Path) -> None:
    (copy / "pack.yaml").write_text("- 1\n", encoding="utf-8")
    assert "must be a mapping" in _refusal(copy).reason


def test_that_a_file_that_is_not_text_is_refused(copy: Path) -> None:
    (copy / "pack.yaml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in _refusal(copy).reason


def test_that_a_pack_does_without_what_the_assistant_needs(copy: Path) -> None:
    for name in ("alerts.yaml", "semantic.yaml"):
        (copy / name).unlink()
    for folder in ("questions", "knowledge"):
        shutil.rmtree(copy / folder, ignore_errors=True)
    spec = load_pack(copy)
    assert (spec.alerts, spec.questions, spec.knowledge) == ((), (), ())
    assert spec.semantic == SemanticLayer()
