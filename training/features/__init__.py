"""The offline builder: from the lake's day files to the feature matrix of a chunk."""
