"""What other projects import of looprig: all they need to write host tests of their own.

Nothing of it is loaded before it is asked for: pytest imports this package in every project of an
environment that has it, through its plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fixtures import claim as claim
    from rig.board.execution import Event as Event
    from rig.board.execution import Execution as Execution
    from rig.errors import Inconclusive as Inconclusive
    from rig.errors import Unmeasured as Unmeasured
    from rig.errors import Unsupported as Unsupported

__all__ = ["Event", "Execution", "Inconclusive", "Unmeasured", "Unsupported", "claim"]


def __getattr__(name: str) -> Any:
    if name == "claim":
        from fixtures import claim

        return claim
    if name in ("Event", "Execution"):
        from rig.board import execution

        return getattr(execution, name)
    if name in __all__:
        from rig import errors

        return getattr(errors, name)
    raise AttributeError(f"module 'looprig' has no attribute {name!r}")
