"""What the child processes that are programs of our own have in common."""
