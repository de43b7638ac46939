"""EventBridge and its Scheduler, and the queues that trigger functions."""
