"""Conversations: kept in a file of their own, searched, exported, forgotten."""
