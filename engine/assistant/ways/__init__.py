"""The ways to an answer, each a callable that answers what it can and leaves the rest."""
