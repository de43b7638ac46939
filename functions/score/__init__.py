"""Answers score requests over HTTP: the one Lambda a client waits for."""
