"""The networks and how they learn, are saved and exported. Knows no job and no MLflow."""
