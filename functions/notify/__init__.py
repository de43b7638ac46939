"""Tells of every decision that asks for somebody or refuses: from the decisions table's stream onto the deployment's event bus."""
