"""The public site: strangers' runs into pages by claim, port, board and release."""
