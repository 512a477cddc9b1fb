"""What the rig's own tests need of the process that runs them.

They interrupt what they start, also where this process was started with SIGINT ignored (in the
background, by nohup, by some CI), which children would inherit. And they read what children write
as these write it, whatever encoding the environment asks Python for.
"""

import os
import signal
import subprocess
from typing import Any

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ENCODING = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]


class Reading(subprocess.Popen[Any]):
    """A child whose text is in the encoding that PYTHONIOENCODING names."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        if options.get("text") and not options.get("encoding"):
            options = {**options, "encoding": ENCODING, "errors": "replace"}
        super().__init__(*arguments, **options)


if ENCODING:
    subprocess.Popen = Reading  # type: ignore[misc]
