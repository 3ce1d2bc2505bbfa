"""The worker's side of the pipe; it is started as ``python -m engine.query.worker``."""
