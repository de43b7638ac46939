"""Feeds what was decided and reported into the online state, exactly once, and into the lake."""
