"""What the rig's own tests need of the process that runs them.

They interrupt what they start, also where this process was started with SIGINT ignored (in the
background, by nohup, by some CI), which children would inherit. And they read what children write
as these write it, whatever encoding the environment asks Python for. Hypothesis judges what an
example shows, not how long it took. And what a module sets up for several of its tests is set up in
one worker, where each would do it again.
"""

import os
import signal
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

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

# An example that a busy machine held up says nothing of what is tested.
settings.register_profile("rig", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rig")


@pytest.hookimpl(tryfirst=True)  # xdist reads the mark in its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        own = item.get_closest_marker("xdist_group") is not None
        if not own and isinstance(item, pytest.Function) and shares(item):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def shares(item: pytest.Function) -> bool:
    """Whether it uses a fixture of module scope."""
    known = item._fixtureinfo.name2fixturedefs.values()
    return any(definition.scope == "module" for found in known for definition in found)
