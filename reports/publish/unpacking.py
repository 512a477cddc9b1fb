"""A bundle's file taken apart, in a process of its own.

Arrow's reader is not made for enemies: files with a few damaged bytes have been seen to end the
process with a segmentation fault. So it runs in a child, with bounded memory and time; what the
child tells is JSON, and a bundle that ends it is refused by name as any other bad one.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import subprocess
import sys
import threading
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from reports.neutral import one_line
from reports.publish.contract import MOST_FILE, MOST_RESULTS, SCHEMA, VERSION, BundleRefused
from rig.claims import ROOT

MEMORY = 4 * 2**30
"""Bytes of addresses: Arrow reserves more than it uses."""
DEADLINE_S = 120.0
"""For one file, on a machine with much else to do too: a whole run takes a tenth of a second."""
_BATCH = 16

Row = tuple[str, str, str, bytes]  # claim, board, outcome, the deflated result


def apart(content: bytes) -> dict[str, Any]:
    """What the file holds. Raises BundleRefused, or ends the process."""
    try:
        file = pq.ParquetFile(
            pa.BufferReader(content),
            thrift_string_size_limit=MOST_FILE,
            thrift_container_size_limit=100_000,
        )
        said = _said(file)
        rows: list[list[str]] = []
        for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
            for row in batch.to_pylist():
                if len(rows) == MOST_RESULTS:
                    raise BundleRefused(f"has more than {MOST_RESULTS} results")
                told = [str(row[name]) for name in ("claim", "board", "outcome")]
                rows.append([*told, base64.b64encode(row["result"] or b"").decode()])
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        raise BundleRefused(f"is no bundle: {one_line(str(error), 120)}") from error
    return {"said": said, "rows": rows}


def _said(file: Any) -> dict[str, Any]:
    """What the file says of itself, once its form is known to be the contract's."""
    if file.schema_arrow.remove_metadata() != SCHEMA:
        raise BundleRefused("has other columns than a bundle's")
    meta = file.metadata
    for group in range(meta.num_row_groups):
        for number in range(meta.num_columns):
            column = meta.row_group(group).column(number)
            if column.compression != "UNCOMPRESSED":
                raise BundleRefused("is compressed: a bundle's file is not, only its results are")
            if set(column.encodings) - {"PLAIN", "RLE", "BIT_PACKED"}:
                raise BundleRefused("has columns that are encoded: they have to be plain")
    try:
        said = json.loads((meta.metadata or {})[b"looprig"])
    except (KeyError, ValueError, RecursionError) as error:
        raise BundleRefused("does not say that it is a bundle") from error
    if not isinstance(said, dict) or said.get("bundle") != VERSION:
        raise BundleRefused(f"is no bundle of version {VERSION}")
    return said


def serve(asked: IO[bytes], told: IO[bytes]) -> None:
    """The child: a file after the other, each by its length."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while length := asked.read(8):
        try:
            answer: dict[str, Any] = apart(asked.read(int.from_bytes(length, "big")))
        except BundleRefused as refused:
            answer = {"refused": str(refused)}
        _send(told, json.dumps(answer).encode())


def _send(to: IO[bytes], data: bytes) -> None:
    to.write(len(data).to_bytes(8, "big") + data)
    to.flush()


_child: list[subprocess.Popen[bytes]] = []


def unpacked(content: bytes) -> tuple[dict[str, Any], list[Row]]:
    """What a bundle's file says of itself, and its rows. Raises BundleRefused."""
    if not _child:
        child = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,  # not the user's, where a folder `reports` would be taken for the module
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a terminal's Ctrl-C is for the command, which ends it
        )
        _child.append(child)
    child = _child[0]
    assert child.stdin
    assert child.stdout
    deadline = threading.Timer(DEADLINE_S, child.kill)
    deadline.start()
    try:
        _send(child.stdin, content)
        length = child.stdout.read(8)
        answer = json.loads(child.stdout.read(int.from_bytes(length, "big")))
    except (OSError, ValueError) as error:
        stop()
        raise BundleRefused("is no bundle: reading it ended the reader") from error
    finally:
        deadline.cancel()
    if "refused" in answer:
        raise BundleRefused(answer["refused"])
    rows = [(claim, board, outcome, base64.b64decode(data))
            for claim, board, outcome, data in answer["rows"]]  # fmt: skip
    return answer["said"], rows


@atexit.register
def stop() -> None:
    """End the child; the next bundle gets another."""
    while _child:
        child = _child.pop()
        child.kill()
        child.communicate()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
