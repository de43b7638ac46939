"""DynamoDB: atomic writes, streams into functions, and what survives a restart."""
