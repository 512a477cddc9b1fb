"""Each command's options and arguments, and no more; `rig/commands/` does what it is asked for."""
