"""Power: when there are no ready tasks the loop waits, and the wait lets the board sleep."""

from fixtures import claim


@claim("power.sleep-sleeps")
def test_sleep_sleeps(power):
    verdict = power.judge("power/sleep")
    assert verdict.kind == "sleeps"
