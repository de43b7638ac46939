"""One module per job; each imports only what its own job needs."""
