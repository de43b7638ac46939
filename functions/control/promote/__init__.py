"""Puts into production, or in shadow, what the gate of a running execution decided, and nothing that a payload names."""
