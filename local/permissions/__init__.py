"""Who calls, what they may do, and what they did: every request is made as somebody, and refused unless a policy allows it."""
