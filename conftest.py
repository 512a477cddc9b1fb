"""The conformance suite's fixtures and hooks, for `host/`; the rig's own tests do not use them."""

import pytest

# its assertions are evidence too
pytest.register_assert_rewrite("host.latency")

pytest_plugins = ["fixtures.judging", "fixtures.plugin", "fixtures.power"]
