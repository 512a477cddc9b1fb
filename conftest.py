"""The conformance suite's fixtures and hooks, for `host/`; the rig's own tests do not use them."""

pytest_plugins = ["fixtures.plugin", "fixtures.power"]
