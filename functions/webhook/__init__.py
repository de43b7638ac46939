"""Posts events to one address of the operator's choice, signed by the Standard Webhooks scheme, again and again for a day."""
