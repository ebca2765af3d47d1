"""Tests of the room that asks a source and judges its answer."""
