"""SageMaker training jobs: the container's entry point as a process in its `/opt/ml`."""
