"""How long pytest may take over the arguments behind `--`: what it does counts, not what a clock
shows, which on a loaded machine is anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rig.commands import pytest_args
from rig.errors import RigError

STOPPED = """
import os, signal, subprocess
subprocess.Popen(["sh", "-c", f"sleep 4; kill -CONT {os.getpid()}"])
os.kill(os.getpid(), signal.SIGSTOP)
"""
"""As one is that gets no processor for so long."""


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pytest_args, "PATIENCE_S", 3.0)  # of which importing pytest takes some
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    "plugin", ["import threading\nthreading.Event().wait()", "while True:\n    pass"]
)
def test_a_plugin_that_comes_to_no_end(plugin: str, tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(plugin, "utf-8")
    with pytest.raises(RigError, match="-- -p endless: pytest does not come to an end"):
        pytest_args.check(["-p", "endless"], ["-p", "endless"], [])


@pytest.mark.skipif(os.name != "posix", reason="it needs SIGSTOP")
def test_one_that_is_stopped_meanwhile_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "stopped.py").write_text(STOPPED, "utf-8")
    here = str(tmp_path)
    assert pytest_args.check(["-p", "stopped", here], ["-p", "stopped"], []) == [(tmp_path, "")]
