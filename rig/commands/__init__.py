"""What each command of `looprig` does; rig/cli.py only parses its words and imports one of them."""
