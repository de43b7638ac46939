"""The pages of an execution: gathered from what its jobs stored, and kept among the artifacts. They never fail a job."""
