"""Tells, at each deployment, what the scoring function computes, and at the first that nothing was ever promoted."""
