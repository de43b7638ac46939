"""`make story`: months of the platform's life in half an hour, told by nothing but data, clock and commands."""
