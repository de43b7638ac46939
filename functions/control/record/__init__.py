"""Records lineage, and can change nothing else."""
