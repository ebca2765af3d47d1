"""Real database servers for tests, in temporary folders; being filled in."""
