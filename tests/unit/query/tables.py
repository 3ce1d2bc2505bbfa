"""The lake's tables as the guard is told of them."""

from __future__ import annotations

from typing import Final

_MOMENT: Final = "TIMESTAMP WITH TIME ZONE"


def _of(kind: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


TABLES: Final[dict[str, dict[str, str]]] = {
    "silver_events": {
        **_of("VARCHAR", "event_id event_type user_id session_id product_id category_id country"),
        **_of("VARCHAR", "device_type referrer campaign ua currency extra topic"),
        **_of(_MOMENT, "ts ingest_ts processed_ts"),
        **_of("DOUBLE", "price discount amount_usd"),
        **_of("BIGINT", "quantity offset"),
        **_of("DATE", "event_date"),
        **_of("BOOLEAN", "is_late"),
        **_of("INTEGER", "partition"),
    },
    "gold_kpis": {
        **_of(_MOMENT, "window_start window_end updated_at"),
        **_of("BIGINT", "events orders refunds active_users view_users cart_users purchase_users"),
        **_of("BIGINT", "products_sold cart_additions late_events"),
        **_of("DOUBLE", "gmv_usd refund_usd net_usd conversion_rate cart_conversion_rate"),
        **_of("DOUBLE", "avg_order_value_usd discount_usd"),
    },
    "gold_segments": {
        **_of(_MOMENT, "window_start updated_at"),
        **_of("VARCHAR", "dimension value"),
        **_of("BIGINT", "events orders active_users"),
        **_of("DOUBLE", "gmv_usd"),
    },
}
