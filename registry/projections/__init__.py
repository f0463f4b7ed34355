"""What is derived from the store and can be rebuilt at any time; the projector keeps it up to date."""
