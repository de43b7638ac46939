"""The container's contract: paths, environment, hyperparameters, interruption, buckets and what a job emits."""
