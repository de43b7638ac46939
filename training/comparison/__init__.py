"""Whether the product's models are better than what a team runs today: both on the same weeks, which neither had seen."""
