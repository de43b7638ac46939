"""Lambda: functions in processes of their own under the real runtime client."""
