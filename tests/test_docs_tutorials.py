"""What the docs have people write, written as they say into a copy of the tree, and run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT, catalogue, host_tests
from tests.docs_pages import of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="a board is played behind a PTY"),
]
ROOMS = "rig", "claims", "device_tests", "fixtures", "host", "reports", "looprig"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for room in ROOMS:
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=left_out)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def shown(page: str, kind: str) -> list[str]:
    return [block.text for block in of(kind) if block.page == page]


def added(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{text}", "utf-8")


def looprig(tree: Path, words: str, code: int = 0) -> str:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m rig {words}"],
        cwd=tree, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_claim(tree: Path) -> None:
    """It holds, and the fault that goes with it is caught, by the page's own command."""
    page = "adding-a-claim.md"
    _, claim = shown(page, "toml")
    script, test, fault = shown(page, "python")
    neighbour = catalogue()["sleep.ms"]
    added(tree / "claims" / f"{neighbour.chapter}.toml", claim)
    (tree / "device_tests" / "scheduling" / "sleep_value.py").write_text(script, "utf-8")
    added(tree / "host" / host_tests()[neighbour.id], test)
    (tree / "fixtures" / "faults" / "sleep-gives-the-time.py").write_text(fault, "utf-8")
    said = looprig(tree, "run --claims sleep.gives-nothing --level all")
    assert "2 of 2 verdicts conform" in said
    command = shown(page, "sh")[0].splitlines()[0]
    assert "must exit 1" in command
    said = looprig(tree, command.removeprefix("looprig "), code=1)
    assert "diverges sleep.gives-nothing on unix with sleep-gives-the-time" in said


def test_a_meter(tree: Path) -> None:
    """The dialect reads the played instrument, and a wait is judged by what it read."""
    page = "adding-a-meter.md"
    dialect, instrument = shown(page, "python")
    [bench] = shown(page, "toml")
    (tree / "rig" / "meters" / "dialects" / "acme_9000.py").write_text(dialect, "utf-8")
    (tree / "rig" / "virtual" / "instruments" / "acme_9000.py").write_text(instrument, "utf-8")
    named = tree / "rig" / "virtual" / "instruments" / "__init__.py"
    added(named, "from rig.virtual.instruments.acme_9000 import Acme9000\n")
    added(named, 'BY_NAME["acme-9000"] = Acme9000\n')
    (tree / "bench.toml").write_text(bench, "utf-8")
    said = looprig(tree, "run --bench bench.toml --claims power.sleep-sleeps")
    assert "1 of 1 verdict conform" in said
    assert "ACME,9000,VIRTUAL" in next((tree / "runs").glob("*/run.json")).read_text("utf-8")


def test_an_interpreter(tree: Path) -> None:
    page = "adding-a-port.md"
    [interpreter] = shown(page, "python")
    program = Path(sys.executable).with_name("micropython")
    if not program.exists():
        pytest.skip("no micropython beside this Python")
    interpreter = interpreter.replace("/opt/micropython/build-coverage/micropython", str(program))
    path = tree / "rig" / "virtual" / "interpreters.py"
    added(path, f"{interpreter}\n\nINTERPRETERS[Coverage.name] = Coverage\n")
    (tree / "bench.toml").write_text(shown(page, "toml")[-1], "utf-8")
    said = looprig(tree, "run --bench bench.toml --claims gather.empty")
    assert "1 of 1 verdict conform" in said
