"""The wire to a board. Nothing here is played."""
