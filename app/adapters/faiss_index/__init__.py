"""The vector index on FAISS: generations on disk, served from memory-mapped files."""
