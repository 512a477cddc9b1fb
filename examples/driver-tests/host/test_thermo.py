"""What the README of the driver promises, held to a board."""

import pytest

CONVERSION_S = 0.020


@pytest.mark.claim("thermo.reads")
def test_reads(board):
    run = board.run("thermo/reads", hundredths=2150)
    assert run.value("read") == 2150


@pytest.mark.claim("thermo.refuses-damage")
def test_refuses_damage(board):
    run = board.run("thermo/reads", hundredths=2150)
    assert run.value("damaged") == "ValueError"


@pytest.mark.claim("thermo.lets-others-run")
def test_lets_others_run(board, record):
    run = board.run("thermo/beside", readings=15)
    longest = [us / 1e6 for us in run.values("longest")]
    record.measure("longest wait of a task beside a reading", longest)
    # On a host that is loaded any one reading may be late; a driver that blocks is late in all.
    assert min(longest) < CONVERSION_S / 2


@pytest.mark.claim("thermo.sleeps")
def test_sleeps(power):
    verdict = power.judge("thermo/converting", expected_wakes_hz=1 / CONVERSION_S)
    assert verdict.kind != "spins"
