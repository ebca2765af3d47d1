"""The daemon's life cycle and its control socket; no business rule lives in this room."""
