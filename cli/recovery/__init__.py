"""What failed comes back: events into state and lake, days into the lake, states from the lake."""
