"""Looks at a person's file before anything reads it: what it holds, which column could be which field, whether it is enough."""
