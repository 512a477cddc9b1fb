"""What a session makes of an instrument's answers: blocks, text, error queues."""

from __future__ import annotations

import numpy as np
import pytest

from rig.errors import RigError
from tests.scripted_meter import block, scripted


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"1.0E-3\n", "no block"),
        (b"#19junk", "announced a block of 9 bytes"),
        (b"#2x8\n", "announced a block of -1 bytes"),
        (b"#9999999999\n", "announced a block of 999999999 bytes"),
        (block([1.0], ">f8")[:-1] + b"X", "more than the block it announced"),
    ],
)
def test_blocks_that_are_none(answer: bytes, said: str) -> None:
    dialect, _ = scripted("keysight-34465a", [("R?", answer)])
    with pytest.raises(RigError, match=said):
        dialect.session.block("R?", ">f8")


def test_text_in_a_definite_block() -> None:
    text = b"-4.98748741E-01,-4.35163427E-01,-7.41859188E-01"
    dialect, _ = scripted("keysight-34465a", [("R? 3", b"#247" + text + b"\n")])
    readings = dialect.session.block("R? 3", "text")
    np.testing.assert_allclose(readings, [-0.498748741, -0.435163427, -0.741859188])


def test_an_endless_error_queue_ends() -> None:
    dialect, _ = scripted("generic", [("SYST:ERR?", b'-113,"Undefined header"\n')] * 30)
    assert len(dialect.session.errors()) == 30
