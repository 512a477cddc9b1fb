"""Measured comparisons with peers, run by hand."""
