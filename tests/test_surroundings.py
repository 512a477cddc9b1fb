"""Variables of the environment that are other programs' and make nothing fail. More of them, at
random: tests/mistakes/host.py."""

from __future__ import annotations

import os

import pytest

from tests import started

pytestmark = pytest.mark.skipif(os.name != "posix", reason="it forks")


@pytest.mark.parametrize("name", ["COLUMNS", "LINES"])
@pytest.mark.parametrize("size", ["9" * 30, "1000000000", "²", "0", "-1", "wide", ""])
def test_a_size_that_no_terminal_has_is_left_out(name: str, size: str) -> None:
    done = started.looprig("claims", "gather.*", env={name: size})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in the order of its arguments" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 1000
