"""Requests over HTTP: to the AWS endpoint and to the deployed HTTP API."""
