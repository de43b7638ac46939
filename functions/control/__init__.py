"""Records lineage, judges candidates, and alone writes what is in production: a function each, with no more rights than that."""
