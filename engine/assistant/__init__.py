"""Questions in plain language about the lake. Without a language model: the verified ones."""
