"""The scoring function's own small DynamoDB client, and boto3 behind the same Protocol."""
