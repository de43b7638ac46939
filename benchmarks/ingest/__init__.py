"""Ingestion against the embedded DynamoDB: how fast, how late, how many requests, and whether anything is lost or counted twice."""
