"""`looprig upstream`'s way of running scripts, on one port and without a bench, for comparison.

python -m benchmarks.upstream_client PORT SCRIPT...
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.program import Program
from rig.board.shrink import shrink


def main() -> None:
    started = time.monotonic()
    board = Board("board", sys.argv[1])
    board.open()
    board.info.features = ["deflate", "binascii.crc32"]  # a run knows them from its start
    passed = 0
    for name in sys.argv[2:]:
        code = Program(shrink(Path(name).read_text("utf-8")), ((1, name),), bare=True)
        done = board.push(name, code, 30)
        good = done.ended is Ended.FINISHED and not done.damage
        passed += good and done.output == Path(f"{name}.exp").read_text("utf-8")
    board.close()
    print(json.dumps({"pass": passed, "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
