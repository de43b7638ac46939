"""The jobs of the training image: features, train, evaluate, materialize and report, run as `python -m training <step>`."""
