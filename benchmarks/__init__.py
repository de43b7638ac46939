"""Every claim of speed, size and quality, measured against a peer in the same run: `make bench`."""
