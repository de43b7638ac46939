"""The report of one execution: what it decided, and all the figures that stand behind it, on one page."""
