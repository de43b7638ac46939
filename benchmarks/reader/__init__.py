"""What reading the online state and storing a decision cost the scoring function in CPU, against boto3: `make bench-reader`."""
