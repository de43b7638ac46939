"""`greenfraud doctor`: what is wrong with a machine, a platform on it or a deployment in AWS, and how to mend it."""
