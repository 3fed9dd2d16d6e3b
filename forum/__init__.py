"""Footnote: a community Q&A forum in which claims carry their sources."""

__version__ = "0.1.0"
