"""Several ports are asked at once, and whoever asks comes to an end, however little memory there
is: a thread that dies of it is waited for by nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.forking import STATM, Request, Server

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not STATM.exists(), reason="it forks, with a limit by Linux's statistics"
)
NO_BOARDS = ("/etc/passwd", "/etc/group", "/etc", "/tmp", "/usr")


@pytest.mark.slow
def test_whatever_is_left_of_it_there_is_an_answer(tmp_path: Path) -> None:
    """From no stack for a single thread to one for each: 8 MiB, by the usual `ulimit -s`."""
    out, err = tmp_path / "out", tmp_path / "err"
    with Server() as server:
        for left in range(6 << 20, 46 << 20, 5 << 18):
            request = Request(
                ["boards", *NO_BOARDS], str(tmp_path), str(out), str(err), memory=left
            )
            assert server.code(request) == 3, left
            if out.stat().st_size:  # each was asked, and is said to be none
                assert "serial" in out.read_text("utf-8"), left
            else:
                [said] = err.read_text("utf-8").splitlines()
                assert said.startswith("looprig: "), left
                assert "memory" in said or "thread" in said, left
