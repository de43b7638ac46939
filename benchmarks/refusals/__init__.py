"""Permissions taken out of the template one at a time, and how each is missed: by the deployment, a job, an alarm."""
