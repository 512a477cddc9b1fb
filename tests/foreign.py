"""Firmware that the rig does not expect: a real MicroPython that says and lacks what a test wants.

It is a program to name as a virtual board's `firmware`: in front of the REPL it runs `boot`.
"""

from __future__ import annotations

import sys
from pathlib import Path

PROGRAM = """#!{python}
import sys

from micropython_run import run_main

words = sys.argv[1:]
if "-i" in words:
    words[-1] += chr(10) + {boot!r}
sys.exit(run_main(["micropython", *words]))
"""
SAYS = """
import sys
class Sys:pass
_s=Sys()
for _n in dir(sys):setattr(_s,_n,getattr(sys,_n))
_s.implementation=Sys()
for _n in dir(sys.implementation):setattr(_s.implementation,_n,getattr(sys.implementation,_n))
_s.implementation.name={name!r}
_s.implementation.version={version!r}
_s.version={sys_version!r}
sys.modules['sys']=_s
"""
CIRCUITPYTHON = SAYS.format(
    name="circuitpython",
    version=(9, 2, 1),
    sys_version="3.4.0; Adafruit CircuitPython 9.2.1 on 2024-11-20",
)
OLD = SAYS.format(
    name="micropython",
    version=(1, 19, 1),
    sys_version="3.4.0; MicroPython v1.19.1 on 2022-06-18",
)
NO_ASYNCIO = "import sys\nsys.path[:]=[p for p in sys.path if p!='.frozen']"
"""asyncio is frozen into the Unix port, and found by way of sys.path."""


def foreign(folder: Path, name: str, boot: str) -> Path:
    """The firmware's path."""
    path = folder / name
    path.write_text(PROGRAM.format(python=sys.executable, boot=boot), "utf-8")
    path.chmod(0o755)
    return path


def mute(folder: Path, name: str) -> Path:
    """A firmware that never comes to its REPL."""
    path = folder / name
    # what it is asked before it is used: options, and its version
    path.write_text(
        "#!/bin/sh\ncase \"$1\" in -h) ;; -c) echo '(1, 29)';; *) exec sleep 1000;; esac\n", "utf-8"
    )
    path.chmod(0o755)
    return path
