"""Files of labels: what became of many payments, told at once, as often as one likes, by a command or by a job."""
