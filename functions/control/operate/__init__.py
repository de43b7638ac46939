"""What a person may do with production, over the HTTP API, which alone says who asks."""
