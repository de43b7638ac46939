"""Judges an execution's challengers, and can write nothing but its decision."""
