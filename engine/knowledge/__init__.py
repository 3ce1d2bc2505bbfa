"""What the assistant knows, found by meaning: embeddings and Qdrant."""
