"""A person's file or a made-up world on its way into the lake."""
