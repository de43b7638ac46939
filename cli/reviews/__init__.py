"""The review desk on a terminal: today's work, and what a person does with it."""
