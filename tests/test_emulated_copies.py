"""One firmware on several emulators: how many there are, and what the loss of one costs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from rig import activity
from rig.bench import Bench
from rig.claims import catalogue
from rig.commands.run import unasked
from rig.results import Outcome
from rig.run_dir import RunDir
from rig.sharing import with_copies
from rig.virtual import emulators
from rig.virtual.emulators import qemu, rp2040js
from tests.test_emulated import DOZEN, ROOT, slowed, stand_in

CORES = 4


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "cores", lambda: CORES)


def bench(**board: object) -> Bench:
    return Bench.model_validate({"path": "bench.toml", "board": {"pico": board}})


def test_there_are_two_more_than_cores() -> None:
    each = [emulators.copies(rp2040js, firmwares) for firmwares in (1, 2, 3, 9)]
    assert each == [CORES + 2, (CORES + 2) // 2, (CORES + 2) // 3, 1]
    assert emulators.copies(qemu, 1) == 1  # it lives in the host's time, which they would share


def test_there_are_no_more_than_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "EMULATOR_BYTES", 1 << 60)
    assert emulators.copies(rp2040js, 1) == 1


def test_what_an_emulated_board_shares_is_every_claim() -> None:
    some = [claim for claim in catalogue().values() if not claim.power][:3]
    found, of = with_copies(bench(kind="emulated", firmware="x.uf2", copies=CORES), some)
    assert list(found.board) == ["pico", "pico.2", "pico.3"]
    assert of == {"pico.2": "pico", "pico.3": "pico"}
    assert with_copies(bench(kind="virtual", copies=CORES), some)[1] == {}  # they have no power


def test_emulated_boards_are_driven_by_as_many_processes_as_cores() -> None:
    assert unasked(bench(kind="emulated", firmware="x.uf2"), False) == str(CORES)
    assert unasked(bench(kind="emulated", firmware="x.uf2"), True) == "auto"
    assert unasked(bench(kind="virtual"), False) == ""


def struck(folder: Path, first: int, number: signal.Signals) -> RunDir:
    """Two copies share a run; from so many on they get a signal as soon as there is a result."""
    (folder / "bench.toml").write_text(
        '[board.slow]\nkind = "emulated"\ncopies = 2\n'
        f"firmware = {json.dumps(sys.executable)}\nemulator = {json.dumps(stand_in(4))}\n",
        "utf-8",
    )
    words = [word for claim in DOZEN for word in ("--claims", claim)]
    out = folder / "run"
    run = subprocess.Popen(
        [sys.executable, "-m", "rig.cli", "run", "--bench", str(folder / "bench.toml"),
         "--out", str(out), *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until = time.monotonic() + 200
    while not (out / "results.jsonl").exists() or not RunDir(out).results():
        assert run.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    for emulator in emulators_of(run.pid)[first:]:
        for pid in activity.family(emulator):
            with suppress(ProcessLookupError):  # a spare may end by itself meanwhile
                os.kill(pid, number)
    said, _ = run.communicate(timeout=400)
    assert run.returncode == 3, said
    return RunDir(out)


@slowed
@pytest.mark.slow
def test_the_loss_of_one_of_two_costs_no_verdict(tmp_path: Path) -> None:
    run = struck(tmp_path, 1, signal.SIGKILL)
    outcomes = {each.claim: each.outcome for each in run.results()}
    assert outcomes == dict.fromkeys(DOZEN, Outcome.CONFORMS)
    assert [column.name for column in run.read().boards] == ["slow"]
    assert len(run.read().lost) == 1


@slowed
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_loss_of_both_at_once_is_no_verdict(tmp_path: Path, number: signal.Signals) -> None:
    run = struck(tmp_path, 0, number)
    outcomes = {each.claim: each.outcome for each in run.results()}
    assert sorted(outcomes) == sorted(DOZEN)
    assert set(outcomes.values()) == {Outcome.CONFORMS, Outcome.ERRORED}
    assert not any("cable" in each.why for each in run.results())  # it has none
    assert len(run.read().lost) == 2


def emulators_of(pid: int) -> list[int]:
    """The stand-ins that a run started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [
        int(child)
        for child in children
        if b"tests.slow_emulator" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
