"""What each command of `looprig` does; `rig/parsers/` parses its words and imports one of them."""
