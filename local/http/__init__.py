"""Two servers' ways in: the AWS endpoint and the deployed HTTP API."""
