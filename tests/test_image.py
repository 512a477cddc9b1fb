"""What a firmware file is, by its content; and releases, from cache or network, whole or not."""

from __future__ import annotations

import http.server
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.errors import RigError, UsageError
from rig.virtual import emulators, image, releases, uf2
from rig.virtual.emulators import qemu_machine

RP2040 = 0xE48BFF56


def blocks(payload: bytes, family: int = RP2040, flags: int = 0x2000) -> bytes:
    """A UF2 file of 256-byte blocks."""
    parts = [payload[at : at + 256].ljust(256, b"\0") for at in range(0, len(payload), 256)]
    found = []
    for number, part in enumerate(parts):
        head = struct.pack(
            "<8sIIIIII", uf2.MAGIC, flags, 0x10000000 + 256 * number, 256,
            number, len(parts), family,
        )  # fmt: skip
        found.append(head + part.ljust(476, b"\0") + uf2.END)
    return b"".join(found)


def elf(machine: int, wide: bool = False) -> bytes:
    """The head of a little-endian ELF file."""
    head = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    return (head + struct.pack("<HH", 2, machine)).ljust(52, b"\0")


@pytest.mark.parametrize(
    ("content", "kind", "chip"),
    [
        (blocks(b"x"), "uf2", "RP2040"),
        (blocks(b"x", 0xE48BFF59), "uf2", "RP2350"),
        (blocks(b"x", 0x12345678), "uf2", "family 0x12345678"),
        (blocks(b"x", 0xE48BFF59) + blocks(b"x" * 600), "uf2", "RP2040"),  # a file for both
        (elf(40), "elf", "ARM"),
        (elf(243), "elf", "RISC-V"),
        (elf(62, wide=True), "interpreter", "x86-64"),
        (b"#!/bin/sh\nexec micropython\n", "interpreter", ""),
    ],
)
def test_is_told_by_its_content(content: bytes, kind: str, chip: str, tmp_path: Path) -> None:
    path = tmp_path / "firmware.misleading.bin"
    path.write_bytes(content)
    found = image.read(path)
    assert (found.kind, found.chip) == (kind, chip)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (blocks(b"x")[:9], "ends after 9 bytes"),
        (elf(40)[:6], "ends after 6 bytes"),
        (b"<!DOCTYPE html><title>404", "the download went wrong"),
        (b"\xe9\x03\x02\x20" + bytes(60), "ESP image"),
        (b":020000041000EA\n", "Intel HEX"),
        (blocks(b"x", flags=0), "does not say for which chip"),
        (b"no firmware at all", "neither a UF2 nor"),
        (blocks(b"x" * 600)[:-100], "cut off in the middle of a block"),
        (blocks(b"x" * 600)[:-512], "1 of 3 blocks are missing"),
        (blocks(b"x" * 300)[:512] + bytes(512), "damaged UF2, block 2 of 2"),
        (b"PK\x03\x04" + bytes(60), "unpack it first"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_what_is_none_is_said(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "firmware.uf2"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        image.read(path)


def test_a_directory_and_nothing_are_no_firmware(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="directory"):
        image.read(tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        image.read(tmp_path / "none.uf2")
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.uf2")  # which nobody ever writes to
        with pytest.raises(UsageError, match="a pipe"):
            image.read(tmp_path / "pipe.uf2")


def test_no_emulator_for_a_chip_is_said(tmp_path: Path) -> None:
    path = tmp_path / "pico2.uf2"
    path.write_bytes(blocks(b"x", 0xE48BFF59))
    with pytest.raises(UsageError, match=r"no emulator here runs UF2 files for RP2350"):
        emulators.choose(image.read(path))
    with pytest.raises(UsageError, match="rp2040js does not run"):
        emulators.choose(image.read(path), "rp2040js")
    with pytest.raises(UsageError, match="did you mean 'qemu'"):
        emulators.choose(image.read(path), "qemo")


def test_qemu_is_told_the_machine_that_the_image_names() -> None:
    assert qemu_machine.machine(b"...; MPS2-AN385 with Cortex-M3\0") == ("mps2-an385",)
    assert qemu_machine.machine(b"nothing of the kind") is None
    assert qemu_machine.program(elf(40)) == "qemu-system-arm"
    assert qemu_machine.program(elf(243)) == "qemu-system-riscv32"
    assert qemu_machine.program(elf(243, wide=True)) == "qemu-system-riscv64"


# -- releases --------------------------------------------------------------------------------


class Site(http.server.BaseHTTPRequestHandler):
    """micropython.org as far as a download goes."""

    firmware = blocks(b"MicroPython v1.28.0 on 2026-04-06" + bytes(400))

    def do_GET(self) -> None:
        page = b'<a href="/resources/firmware/RPI_PICO-20260406-v1.28.0.uf2">v1.28.0</a>'
        body = self.firmware if self.path.endswith(".uf2") else page
        self.send_response(200 if "RPI_PICO" in self.path else 404)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site on loopback, and an empty cache."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(releases, "SITE", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(releases, "folder", lambda: tmp_path / "cache")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("site")
def test_a_release_is_downloaded_once_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    path = releases.resolve("1.28.0")
    assert path.read_bytes() == Site.firmware
    assert "taking it from http://127.0.0.1" in capsys.readouterr().err
    assert releases.resolve("rp2-1.28.0") == path
    assert capsys.readouterr().err == ""
    assert [release.version for release, _ in releases.cached()] == ["1.28.0"]


@pytest.mark.usefixtures("site")
def test_a_release_that_there_is_none_of_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no release 1\.99\.0") as caught:
        releases.resolve("1.99.0")
    assert "it has 1.28.0" in str(caught.value.hint)
    assert releases.cached() == []


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (Site.firmware[:-512], "1 of 2 blocks are missing"),
        (Site.firmware[:-1], "cut off in the middle"),
        (b"<html>" + bytes(506), "a damaged UF2"),
        (blocks(b"MicroPython v1.27.0"), "not named in it"),
    ],
)
def test_half_a_download_is_not_kept(
    sent: bytes, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Site, "firmware", sent)
    with pytest.raises(RigError, match=says):
        releases.resolve("1.28.0")
    assert releases.cached() == []


def test_without_a_network_a_file_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "SITE", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setattr(releases, "folder", lambda: tmp_path)
    with pytest.raises(RigError) as caught:
        releases.resolve("1.28.0")
    assert "name a file" in str(caught.value.hint)


def test_what_is_neither_file_nor_release_is_said() -> None:
    with pytest.raises(UsageError, match="no such file"):
        releases.resolve("rp2040.uf2")
    with pytest.raises(UsageError, match="no emulator runs releases of the port 'esp32'"):
        releases.resolve("esp32-1.28.0")
