"""What a virtual board cannot reach of the machine it runs on: its files and its network.

A board has flash and radio of its own; its interpreter is a process that could open whatever the
user may. Linux lets a process without privileges give that up for good: Landlock for files
(docs/userspace-api/landlock.rst of the kernel, since 5.13), and a network namespace, which has a
loopback of its own and nothing else, where user namespaces may be made (user_namespaces(7)).
Elsewhere a board is not fenced, and `Fence.holds` says what is.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from rig.virtual.files import LIBRARY, Files

Network = Literal["own", "machine"]
NETWORKS: tuple[str, ...] = get_args(Network)

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on x86, Arm and RISC-V
VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION: asks for the ABI
PATH_BENEATH = 1
RULESET = struct.Struct("=QQQ")  # rights on files, on the network; scopes
BENEATH = struct.Struct("=Qi")
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
KNOWN = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights on files a Landlock ABI knows; from the fifth on, with ioctls of devices, 16."""
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE
"""Rights that a rule on a file, not a folder, may name; there are more, which none here does."""
READ = READ_FILE | READ_DIR
SCOPES = 0b11  # abstract sockets and signals, since ABI 6
NO_NEW_PRIVS = 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
IFREQ = struct.Struct("16sH22x")
NAMES = ("resolv.conf", "hosts", "host.conf", "nsswitch.conf", "gai.conf", "services", "protocols")
"""What the C library reads of /etc to look a name up."""
DEVICES = ("null", "zero", "full", "random", "urandom")


class Fence:
    """Made by the process that holds a board; `enter` is for each interpreter's own process.

    `reads` is what the interpreter itself needs of the machine: folders to read, or None for one
    that is executed and so may read and execute what the user may.
    """

    def __init__(self, files: Files, reads: Iterable[Path] | None, network: Network) -> None:
        self.holds: list[str] = []
        self.rules = -1
        self.alone = False  # on a network of its own
        if sys.platform != "linux":
            return
        self.libc = ctypes.CDLL(None, use_errno=True)
        if network == "own" and self.probe_network():
            self.leave_network()
            self.alone = True
            self.holds.append("its network is a loopback of its own")
        abi = self.libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
        if abi > 0:
            self.make_rules(abi, files, reads)
            self.holds.append(f"it writes to no files but its own (Landlock {abi})")

    # -- files ----------------------------------------------------------------------------

    def make_rules(self, abi: int, files: Files, reads: Iterable[Path] | None) -> None:
        handled = (1 << KNOWN.get(abi, 16)) - 1
        asked = RULESET.pack(handled, 0, SCOPES if abi >= 6 else 0)  # zeros an older kernel takes
        self.rules = self.call(CREATE_RULESET, asked, ctypes.c_size_t(len(asked)), 0)
        self.allow(LIBRARY, READ)
        for name in NAMES:
            self.allow(Path("/etc", name), READ_FILE)
        for name in DEVICES:
            self.allow(Path("/dev", name), READ_FILE | WRITE_FILE)
        if reads is None:
            self.allow(Path("/"), READ | EXECUTE)
        for folder in reads or ():
            self.allow(folder, READ)
        if files.kind == "own":
            self.allow(files.root, handled & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK))
        elif files.kind == "read-only":
            self.allow(files.root, READ)

    def allow(self, path: Path, rights: int) -> None:
        """These rights at and below a path; a path that is not there needs none."""
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if not path.is_dir():
                rights &= OF_FILES
            self.call(ADD_RULE, self.rules, PATH_BENEATH, BENEATH.pack(rights, fd), 0)
        finally:
            os.close(fd)

    def enter(self) -> None:
        """Give up, in this process and all that it starts, what is outside. Raises OSError."""
        if self.rules < 0:
            return
        if self.libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "no_new_privs")
        self.call(RESTRICT_SELF, self.rules, 0)

    def call(self, number: int, *arguments: object) -> int:
        done = self.libc.syscall(number, *arguments)
        if done < 0:
            errno = ctypes.get_errno()
            raise OSError(errno, f"landlock: {os.strerror(errno)}")
        return int(done)

    # -- network --------------------------------------------------------------------------

    def probe_network(self) -> bool:
        """Whether this process could have a network of its own whose loopback works.

        There is no way back from one that does not, as under Ubuntu's AppArmor, which lets anybody
        make a user namespace and then refuses it every privilege: so another process tries.
        """
        child = os.fork()
        if child == 0:
            failed = 1
            try:
                self.leave_network()
                failed = 0
            finally:
                os._exit(failed)
        return os.waitpid(child, 0)[1] == 0

    def leave_network(self) -> None:
        """Move this process to a network namespace of its own. Raises OSError where it may not."""
        import fcntl  # here: Windows has none, and reads bench files that name a network

        uid, gid = os.getuid(), os.getgid()
        if self.libc.unshare(CLONE_NEWNET):
            if self.libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "unshare")
            Path("/proc/self/setgroups").write_text("deny", "utf-8")
            Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", "utf-8")
            Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", "utf-8")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            _, flags = IFREQ.unpack(fcntl.ioctl(any_socket, SIOCGIFFLAGS, IFREQ.pack(b"lo", 0)))
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, IFREQ.pack(b"lo", flags | IFF_UP))
