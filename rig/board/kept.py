"""An execution as a result holds it: bounded, and plain JSON."""

from __future__ import annotations

from typing import Any

from rig.board.execution import Execution
from rig.results import EventRecord, ExecutionRecord

EVENTS_KEPT = 400
OUTPUT_KEPT = 4000
"""Characters of output and of traceback."""


def kept(execution: Execution) -> ExecutionRecord:
    """The record of an execution; what was left out is counted in it."""
    events = execution.events[:EVENTS_KEPT]
    output = execution.output
    cut = max(0, len(output) - OUTPUT_KEPT)
    return ExecutionRecord(
        device_test=execution.device_test,
        prefix=execution.prefix,
        params=repr(execution.params) if execution.params else "",
        hosted=execution.hosted,
        ended=execution.ended.value,
        how=execution.how,
        events=[EventRecord(name=e.name, us=e.us, data=_plain(list(e.data))) for e in events],
        events_dropped=len(execution.events) - len(events),
        output=output[:OUTPUT_KEPT],
        output_dropped=execution.dropped + cut,
        traceback=execution.traceback[-OUTPUT_KEPT:],
        damage=execution.damage,
        recovery=execution.recovery,
        bytes_sent=execution.bytes_sent,
        bytes_received=execution.bytes_received,
        reset_s=round(execution.reset_s, 6),
        upload_s=round(execution.upload_s, 6),
        run_s=round(execution.run_s, 6),
    )


def _plain(value: Any) -> Any:
    """Event data as JSON can hold them."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (bytes, bytearray, complex, set, frozenset)) or value is Ellipsis:
        return repr(value)
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return value
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 1 << 63):
        return repr(value)
    return value
