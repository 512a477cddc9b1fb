"""Power: when there are no ready tasks the loop waits, and the wait lets the board sleep.

Each wait is measured between the same board's lowest sleep and its busy current. Two of them
are held to less: ports may have to look at a ThreadSafeFlag, or at a loop that nothing in it
can wake, every few milliseconds; they must not spin.
"""

from fixtures import claim
from fixtures.power import Power


@claim("power.sleep-sleeps")
def test_sleep_sleeps(power: Power) -> None:
    verdict = power.judge("power/sleep")
    assert verdict.kind == "sleeps"


@claim("power.many-sleeps-sleep")
def test_many_sleeps_sleep(power: Power) -> None:
    verdict = power.judge("power/many_sleeps", tasks=50)
    assert verdict.kind == "sleeps"


@claim("power.event-sleeps")
def test_event_sleeps(power: Power) -> None:
    verdict = power.judge("power/event")
    assert verdict.kind == "sleeps"


@claim("power.stream-sleeps")
def test_stream_sleeps(power: Power) -> None:
    verdict = power.judge("power/stream")
    assert verdict.kind == "sleeps"


@claim("power.flag-does-not-spin")
def test_flag_does_not_spin(power: Power) -> None:
    verdict = power.judge("power/flag", may_poll=True)
    assert verdict.kind != "spins"


@claim("power.lock-sleeps")
def test_lock_sleeps(power: Power) -> None:
    verdict = power.judge("power/lock")
    assert verdict.kind == "sleeps"


@claim("power.wait-for-sleeps")
def test_wait_for_sleeps(power: Power) -> None:
    verdict = power.judge("power/wait_for")
    assert verdict.kind == "sleeps"


@claim("power.gather-sleeps")
def test_gather_sleeps(power: Power) -> None:
    verdict = power.judge("power/gather")
    assert verdict.kind == "sleeps"


@claim("power.run-forever-sleeps")
def test_run_forever_sleeps(power: Power) -> None:
    verdict = power.judge("power/run_forever")
    assert verdict.kind == "sleeps"


@claim("power.idle-loop-does-not-spin")
def test_idle_loop_does_not_spin(power: Power) -> None:
    verdict = power.judge("power/nothing", may_poll=True)
    assert verdict.kind != "spins"


@claim("power.periodic-sleeps-between")
def test_periodic_sleeps_between(power: Power) -> None:
    verdicts = [
        power.judge("power/periodic", window_s=window_s, expected_wakes_hz=rate, wakes_hz=rate)
        for rate, window_s in ((1, 4.0), (10, 2.0), (100, 2.0))  # at 1 Hz three whole periods
    ]
    power.charge_per_wake(verdicts, (1, 10, 100))
    assert [verdict.kind for verdict in verdicts] == ["sleeps", "sleeps", "sleeps"]


@claim("power.sleeps-after-burst")
def test_sleeps_after_burst(power: Power) -> None:
    verdict = power.judge("power/after_burst", burst_ms=150)
    assert verdict.kind == "sleeps"


@claim("power.sleeps-after-exception")
def test_sleeps_after_exception(power: Power) -> None:
    verdict = power.judge("power/after_exception")
    assert verdict.kind == "sleeps"


@claim("power.sleeps-after-cancel")
def test_sleeps_after_cancel(power: Power) -> None:
    verdict = power.judge("power/after_cancel")
    assert verdict.kind == "sleeps"


@claim("power.socket-sleeps")
def test_socket_sleeps(power: Power) -> None:
    verdict = power.judge("power/socket")
    assert verdict.kind == "sleeps"


@claim("power.device-does-not-spin")
def test_device_does_not_spin(power: Power) -> None:
    verdict = power.judge("power/device", may_poll=True)
    assert verdict.kind != "spins"
