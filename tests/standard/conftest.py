"""The engines of the standard metrics, for the tests of this folder."""

from tests.standard.engines import engine

__all__ = ["engine"]
