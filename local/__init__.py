"""The embedded AWS: moto for the services, real executors for what moto only pretends to do (see README.md)."""
