"""Boards on many machines: labgrid's places."""
