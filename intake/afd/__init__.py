"""What a team brings along from Amazon Fraud Detector: events, definitions, rules; and what has no counterpart here."""
