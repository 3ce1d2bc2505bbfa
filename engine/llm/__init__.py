"""Language models: one elsewhere over HTTP, or one on this computer."""
