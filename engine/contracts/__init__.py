"""Frozen models and names that cross a process boundary.

Standard library and pydantic only: the pipeline process imports this package
and nothing else of the engine.
"""
