"""The lock that keeps two runs off a port goes by the device, whatever it is called meanwhile."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rig.stations import lock_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="PTYs and links")
PATIENCE_S = 30
"""Until a number comes again that others on this machine may take before."""


def pty() -> tuple[int, str]:
    """The end that keeps it, and its name."""
    main, other = os.openpty()
    name = os.ttyname(other)
    os.close(other)
    return main, name


@pytest.mark.skipif(not Path("/dev/pts").is_dir(), reason="how Linux numbers them")
def test_a_number_that_was_another_ptys_is_not_locked_by_who_lost_that() -> None:
    main, first = pty()
    made = Path(first).stat().st_ctime_ns
    until = time.monotonic() + PATIENCE_S
    with lock_of(first):
        while True:
            os.close(main)
            main, again = pty()
            # a tick of the kernel's clock later, which is 10 ms at most: no run is lost in one
            if again == first and Path(again).stat().st_ctime_ns != made:
                break
            assert time.monotonic() < until
        with lock_of(again).acquire(timeout=0):  # it is another device
            os.close(main)


def test_one_pty_is_one_by_each_of_its_names_and_at_each_time(tmp_path: Path) -> None:
    main, name = pty()
    by_id = tmp_path / "by-id"
    by_id.symlink_to(name)
    before = lock_of(name).lock_file
    other = os.open(name, os.O_RDWR | os.O_NOCTTY)
    os.write(main, b"x\n")
    os.write(other, b"y\n")
    for each in (name, str(by_id), f"ASRL{name}::INSTR", f"asrl{by_id}::instr"):
        assert lock_of(each).lock_file == before
    os.close(other)
    os.close(main)


def test_visa_names_that_hold_no_path_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("ASRL3::INSTR", "TCPIP::10.0.0.1::5025::SOCKET", "USB0::0x05E6::0x6500::1::INSTR")
    before = [lock_of(name).lock_file for name in names]
    monkeypatch.chdir(tmp_path)
    assert [lock_of(name).lock_file for name in names] == before
    assert len({*before}) == len(names)
