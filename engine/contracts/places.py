"""Which place a setting names: this computer or a cluster, a folder or a bucket."""

from __future__ import annotations


def is_cluster(master: str) -> bool:
    """Whether Spark's executors are processes of their own."""
    return not master.startswith("local")


def is_bucket(path: str) -> bool:
    """Whether a lake's path is an address (``s3a://bucket/lake``) and no folder."""
    return "://" in path
