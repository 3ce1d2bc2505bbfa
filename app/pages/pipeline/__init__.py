"""The Pipeline page: the flow as a picture, charts of the micro-batches, rebuild and backfill."""

from app.pages.pipeline.page import PipelinePage

__all__ = ["PipelinePage"]
