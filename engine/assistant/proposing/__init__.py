"""What a language model is asked, and what it may answer: a closed set of choices, or SQL."""
