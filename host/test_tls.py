"""TLS over the board's own network stack, with payload both ways."""

from __future__ import annotations

import base64
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution

CERTIFICATE = base64.b64decode(
    "MIIBdzCCAR2gAwIBAgIUdgzV248w0ecHKpVP0rWfaNzNnlQwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFYm9h"
    "cmQwIBcNMjYxMTI1MjIwMDIyWhgPMjEyNjExMDEyMjAwMjJaMBAxDjAMBgNVBAMMBWJvYXJkMFkwEwYHKoZI"
    "zj0CAQYIKoZIzj0DAQcDQgAEUEqSJpkXsAz969Gc4YwSR5livSbRDj8cNzEbEZ1RRnCHtRUhqmYTAdop9V2s"
    "E/daL/6k5LWB4oRRd/e22SA0l6NTMFEwHQYDVR0OBBYEFOYmqh4esXK0yni/w/ymR0HrEbaVMB8GA1UdIwQY"
    "MBaAFOYmqh4esXK0yni/w/ymR0HrEbaVMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgBp1N"
    "L46ZLg4T5hOUEV3/c5vYjgAdh52urcNV+T8pVBgCIQDyGDT30EHvkK93ckT8/FhzX7QWHlj/BQQXSe0IWuVt"
    "MA=="
)
"""A self-signed certificate for "board", P-256, for a hundred years (DER)."""
KEY = base64.b64decode(
    "MHcCAQEEIO68/oz3BE4TU0s3M2VX8nyb+OIM8+PBI3i8ZqJQAXiEoAoGCCqGSM49AwEHoUQDQgAEUEqSJpkX"
    "sAz969Gc4YwSR5livSbRDj8cNzEbEZ1RRnCHtRUhqmYTAdop9V2sE/daL/6k5LWB4oRRd/e22SA0lw=="
)
"""Its key, which secures nothing: it stands here for all to read (DER, RFC 5915)."""


SIZES = [1, 255, 1000, 4095, 4096, 4097, 10000, 16383, 16384, 16385, 20000]
"""Bytes: a record of TLS holds 16384 at most (RFC 8446, 5.1); libraries cut them at 4096, too."""


def tls(board: BoardUnderTest, what: str, **params: Any) -> Execution:
    return board.run(
        "streams/tls_payload", prefix="streams/loopback", deadline=30,
        what=what, certificate=CERTIFICATE, key=KEY, **params,
    )  # fmt: skip


@claim("tls.echo")
def test_echo(board: BoardUnderTest) -> None:
    assert tls(board, "echo").value("got") is True


@claim("tls.every-size")
def test_every_size(board: BoardUnderTest) -> None:
    assert tls(board, "sizes", sizes=SIZES).value("wrong") == []


@claim("tls.record-in-parts")
def test_record_in_parts(board: BoardUnderTest) -> None:
    assert tls(board, "parts").value("got") == (True, 16)


@claim("tls.line-in-records")
def test_line_in_records(board: BoardUnderTest) -> None:
    assert tls(board, "records").value("got") == (b"a line in three records\n", b"and more\n")


@claim("tls.silence")
def test_silence(board: BoardUnderTest) -> None:
    execution = tls(board, "silence")
    assert execution.value("timeout") is True
    assert execution.value("got") == b"late"


@claim("tls.end")
def test_end(board: BoardUnderTest) -> None:
    assert tls(board, "end").value("got") == (True, b"")


@claim("tls.certificate-refused")
def test_certificate_refused(board: BoardUnderTest) -> None:
    execution = tls(board, "refused")
    assert execution.values("raised") in (["OSError"], ["ValueError"])
    assert "got" not in execution.names
