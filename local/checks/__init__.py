"""What AWS would refuse is refused here: requests against botocore's models."""
