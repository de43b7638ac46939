"""Records lineage, judges candidates, and alone writes what is in production."""
