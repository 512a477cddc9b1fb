"""All that is played: virtual boards, instruments, and the currents that go with them."""
