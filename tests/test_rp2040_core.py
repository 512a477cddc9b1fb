"""Our core of the emulated RP2040 does what the package's does, in less time."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rig.virtual.emulators import rp2040js

TRIED = 3 * 0x10000


@pytest.mark.skipif(bool(rp2040js.missing()), reason=f"not here: {rp2040js.missing()}")
def test_each_instruction_does_what_the_packages_own_does() -> None:
    here = Path(rp2040js.__file__).parent
    script = Path(__file__).with_name("rp2040_cores.mjs")
    ran = subprocess.run(
        ["node", str(script), str(rp2040js.folder()), str(here / "rp2040_core.mjs"), str(TRIED)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"tried": TRIED, "differ": []}
