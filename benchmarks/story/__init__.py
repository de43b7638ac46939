"""`make story`: months of the platform's life in twenty minutes, told by nothing but data, clock and commands."""
