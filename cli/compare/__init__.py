"""`greenfraud compare`: what a team runs today beside our own models, on the same weeks of its own history."""
