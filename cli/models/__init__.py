"""Which models answer, and which stand beside them: changed, compared and told by whoever operates the platform."""
