"""Events that a receiver outside should get: one to try it with, those that nobody took, and how they go out again."""
