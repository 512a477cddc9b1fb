"""With --json whatever goes wrong is one document too: each command, asked amiss in many ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run_factory import Recipe, write_run
from tests.started import looprig
from tests.test_answers import ASCII, COMMANDS, held

pytestmark = pytest.mark.slow
AMISS = """
run --bench none.toml|run --bench broken.toml|run --bench empty.toml|run --bench binary.toml
run --bench .|run --bench gone.toml|run --claims|run --claims ''|run --out good|run --out /proc/x
run --out broken.toml|run --repeat 0|run --repeat 2 --out good|run -n 0|run -n x|run --level x
run --fault x|run --overlay none|run --overlay broken --board unix
run --suite empty|run --suite none|run --firmware broken.toml|run --firmware 9.9.9
run --expectations none|run --port /dev/null
run --port ''|run --failed none|run --failed damaged|run --failed torn|run --resume empty
run --resume torn|run --trace no.such|run --quiet --matrix|run --list --failed good|run --board x
ab|ab --board unix|ab --overlay none|ab --fault x
report|report torn|report empty|report good --out broken.toml
compare good|compare good torn|compare good damaged|compare good good --threshold x
site damaged --out s|site --out s|site good --out good
export good --to x|export none|export broken.toml
expect torn|expect damaged --out e|reproduce good|reproduce good no.such|reproduce damaged x.y
claims --suite empty|claims zz*|faults zz*|boards --bench broken.toml|boards /dev/null
doctor --bench broken.toml|doctor --bench none.toml|doctor --port ''|init /dev/null|init --out good
firmware x|prove --bench gone.toml|prove --board none|prove --fault x
upstream|upstream empty|upstream --resume good
virtual --boards x|virtual --kind x|virtual --meter-option x|virtual --meter-option x=y
x|--x|--version --x
"""
LINES = [line for row in AMISS.strip().splitlines() for line in row.split("|")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, and what looks like one; benches that are none."""
    folder = tmp_path_factory.mktemp("amiss")
    write_run(folder, Recipe(id="good"))
    for name, text in (("torn", '{"id": '), ("damaged", '{"id": 3}'), ("empty", "")):
        (folder / name).mkdir()
        if text:
            (folder / name / "run.json").write_text(text, "utf-8")
    (folder / "broken").mkdir()
    (folder / "broken" / "asyncio.py").write_text("def (", "utf-8")
    (folder / "broken.toml").write_text("[board.x\n", "utf-8")
    (folder / "empty.toml").touch()
    (folder / "binary.toml").write_bytes(b"\xff\xfe\0")
    (folder / "gone.toml").write_text('[board.gone]\nport = "/dev/no-such-port"\n', "utf-8")
    return folder


def test_each_command_is_asked_amiss() -> None:
    assert set(COMMANDS) <= {line.split()[0] for line in LINES}


@pytest.mark.parametrize("line", LINES)
def test_it_is_one_document(line: str, folder: Path) -> None:
    words = [word.strip("'") for word in line.split()]
    done = looprig(*words, "--json", cwd=folder, env=ASCII, encoding="ascii")
    told = held("error", done.stdout) if '"error"' in done.stdout else json.loads(done.stdout)
    if "error" in told:
        assert done.returncode == told["error"]["code"] in (2, 3)
        assert told["error"]["message"]
        assert " ".join(told["error"]["message"].split()) in done.stderr
    else:  # it has an answer, of which something could not be had
        held(words[0], done.stdout)
        assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "fault of its own" not in done.stderr
