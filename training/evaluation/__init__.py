"""One holdout, every candidate, every measure with its interval."""
