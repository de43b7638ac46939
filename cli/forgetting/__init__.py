"""Forgetting a person: every link to them is cut, and the proof is a search."""
