"""The ledger as an auditor asks of it: is it whole, and what does it say."""
