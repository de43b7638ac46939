"""Takes away a canary that does harm, and takes back a promotion that does, when an alarm says so."""
