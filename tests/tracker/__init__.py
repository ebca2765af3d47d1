"""Tests of the order of work, on a real store and real sources."""
