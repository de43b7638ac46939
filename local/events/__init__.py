"""EventBridge Scheduler: schedules that start state machines."""
