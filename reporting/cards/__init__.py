"""Per model: a card, and a validation report that answers what supervisors ask, from the run or not at all."""
