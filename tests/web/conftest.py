"""The sample community, for what is asked of every page."""

from sampled import sample_file

__all__ = ["sample_file"]
