"""The stored online state in batch: surveyed, corrected and compared with the lake."""
