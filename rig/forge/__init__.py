"""A pull request on a shelf of boards: who starts it, what it touches, what is told of it."""
