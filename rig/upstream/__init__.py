"""MicroPython's own test suite: which tests there are, and what became of one."""
