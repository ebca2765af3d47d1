"""The kinds of source krtracker knows; each file is one connector and knows only the contract."""
