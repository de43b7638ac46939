"""The operator's commands, against the embedded AWS and the real one alike."""
