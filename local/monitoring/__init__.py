"""CloudWatch: metrics, the Embedded Metric Format, alarms."""
