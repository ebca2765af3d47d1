"""Standard metrics: worked examples, a slow and obvious reference, real engines."""
