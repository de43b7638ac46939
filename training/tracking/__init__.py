"""MLflow: runs, registry, data, models, and what is drawn there."""
