"""The lake's small files, merged into one file per kind and day."""
