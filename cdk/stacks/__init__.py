"""One stack per rhythm of change: data outlives everything, training and serving are replaced, monitoring watches."""
