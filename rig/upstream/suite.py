"""MicroPython's own test suite: which scripts there are, what they need, what they should print.

The lists of tests to skip are read out of the checkout's own `tests/run-tests.py`, so that they
are those of the release under test; the rules around them are that script's.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any

from rig.board.program import Program
from rig.board.shrink import shrink
from rig.errors import UsageError
from rig.upstream import networked, two

DIRECTORIES = ("basics", "micropython", "misc", "extmod", "stress")
ELSEWHERE = {
    "cmdline/": "it tests the interpreter's command line",
    "import/": "it needs files beside the script",
    "io/": "it needs files beside the script",
    "multi_": "it needs several instances, or others than a network (run-multitests.py)",
    "net_": "it needs a public server or its name, or has no .exp",
    "perf_bench/": "it is a benchmark (run-perfbench.py)",
    "internal_bench/": "it is a benchmark (run-internalbench.py)",
    "cpydiff/": "it documents a difference from CPython",
    "extmod_hardware/": "it needs wires between pins",
    "unicode/file": "it needs files beside the script",
}
"""Special cases: what the start of a path says of a test that one board alone cannot run."""
CPYTHON_S = 30.0
CHECKS = (
    "native_check", "int_big", "int_64", "bytearray", "set_check", "slice", "async_check", "const",
    "reverse_ops", "fstring", "tstring", "byteorder", "complex", "coverage", "target_info",
    "inlineasm",
)  # fmt: skip
NEEDS: tuple[tuple[str, str, str, Callable[[str], bool]], ...] = (
    # feature, its check, what the check prints, whether a test's name says that it needs it
    ("native code", "native_check", "native", lambda n: n.startswith(("native_", "viper_"))),
    (
        "big integers", "int_big", "1000000000000000000000000000000000000000000000",
        lambda n: n.startswith(("int_big", "ffi_int")) or n.endswith("_intbig"),
    ),
    (
        "64-bit integers", "int_64", "4611686018427387904",
        lambda n: n.startswith("int_64") or n.endswith("_int64"),
    ),
    (
        "bytearray", "bytearray", "bytearray",
        lambda n: n.startswith("bytearray") or n.endswith("_bytearray"),
    ),
    ("set", "set_check", "{1}", lambda n: n.startswith(("set_", "frozenset")) or "_set" in n[-4:]),
    ("slice", "slice", "slice", lambda n: "slice" in n),
    (
        "async", "async_check", "async",
        lambda n: n.startswith(("async_", "asyncio_")) or n.endswith("_async"),
    ),
    ("const", "const", "1", lambda n: n.startswith("const")),
    (
        "f-strings", "fstring", "a=1",
        lambda n: n.startswith("string_fstring") or n.endswith("_fstring"),
    ),
    (
        "t-strings", "tstring", "tstring",
        lambda n: n.startswith("string_tstring") or n.endswith("_tstring"),
    ),
)  # fmt: skip
COMPLEX = (
    "float/complex1.py", "float/complex1_intbig.py", "float/complex1_micropython.py",
    "float/complex_reverse_op.py", "float/complex_special_methods.py", "float/int_big_float.py",
    "float/true_value.py", "float/types.py", "float/complex_dunder.py",
)  # fmt: skip
SINGLE = (
    "float/float2int_intbig.py", "float/float_struct_e.py", "float/bytes_construct.py",
    "float/bytearray_construct.py", "float/float_format_ints_power10.py",
)  # fmt: skip
DOUBLE = (
    "float/float_divmod.py", "float/float2int_doubleprec_intbig.py",
    "float/float_struct_e_doubleprec.py", "float/float_format_ints_doubleprec.py",
    "float/float_parse_doubleprec.py",
)  # fmt: skip
NOT_ON_BOARDS = ("basics/exception_chain.py", "micropython/meminfo.py")


@dataclass(frozen=True)
class Target:
    """What the board said of itself when the suite's feature checks ran on it."""

    said: dict[str, str]
    info: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, said: dict[str, str]) -> Target:
        return cls(said, tuple(said.get("target_info", "").split()))

    def _info(self, index: int, default: str = "") -> str:
        return self.info[index] if len(self.info) > index else default

    @property
    def platform(self) -> str:
        return self._info(0)

    @property
    def threads(self) -> str:
        return self._info(4, "None")

    @property
    def float_bits(self) -> int:
        bits = self._info(5, "0")
        return int(bits) if bits.isdigit() else 0

    @property
    def unicode(self) -> bool:
        return self._info(6) == "True"

    @property
    def errors(self) -> str:
        return self._info(7)

    @property
    def is_pc(self) -> bool:
        return self.platform in ("linux", "darwin", "win32")


class Suite:
    """The tests of one checkout."""

    def __init__(self, directory: Path) -> None:
        """`directory` is a MicroPython checkout or its `tests`; raises UsageError for another."""
        for root in (directory / "tests", directory):
            if (root / "run-tests.py").is_file():
                self.root = root.resolve()
                return
        raise UsageError(
            f"{directory}: no MicroPython checkout (there is no tests/run-tests.py)",
            "git clone --depth 1 https://github.com/micropython/micropython",
        )

    @cached_property
    def _lists(self) -> dict[str, Any]:
        """The literal tables of run-tests.py, by name."""
        found: dict[str, Any] = {}
        script = self.root / "run-tests.py"
        try:
            tree = ast.parse(script.read_text(encoding="utf-8"))
        except (OSError, SyntaxError, ValueError) as error:  # ValueError: not UTF-8
            raise UsageError(f"{script}: {error}", "check the checkout out anew") from error
        for node in tree.body:
            if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
                continue
            value = node.value
            if isinstance(value, ast.ListComp):  # [base_path(file) for file in (…)]
                value = value.generators[0].iter
            try:
                found[node.targets[0].id] = ast.literal_eval(value)
            except ValueError:
                continue
        return found

    def _named(self, table: str, key: str | None = None) -> tuple[str, ...]:
        entries = self._lists.get(table, {} if key is not None else ())
        chosen = entries.get(key, ()) if isinstance(entries, dict) else entries
        return tuple(chosen)

    def check(self, patterns: Iterable[str]) -> None:
        """Raises UsageError for a pattern that matches nothing, and for a checkout whose
        run-tests.py cannot be read."""
        _ = self._lists
        for pattern in patterns:
            if not pattern or not self.tests([pattern], Target({})):
                raise UsageError(
                    f"{pattern!r}: no test matches", f"a glob, or a part of a path in {self.root}"
                )

    def tests(self, patterns: Iterable[str], target: Target) -> list[str]:
        """Paths under tests/ in order: those that upstream runs on such a target, or those that
        match a pattern (a glob, or a part of the path)."""
        wanted = [pattern.removeprefix("tests/") for pattern in patterns]
        if not wanted:
            folders = list(DIRECTORIES)
            folders += ["thread"] if target.threads != "None" else []
            folders += ["float"] if target.float_bits else []
            folders += ["unicode"] if target.unicode else []
            port = self._lists.get("platform_to_port_map", {}).get(target.platform)
            port = port or ("unix" if target.is_pc else target.platform)
            folders.append(f"ports/{port}")
            wanted = [f"{folder}/*.py" for folder in folders]
        found = set()
        for path in self.root.rglob("*.py"):
            name = path.relative_to(self.root).as_posix()
            if "/" not in name or name.startswith(("results/", "tools/", "feature_check/")):
                continue
            if any(self._matches(name, pattern) for pattern in wanted):
                found.add(name)
        return sorted(found)

    @staticmethod
    def _matches(name: str, pattern: str) -> bool:
        if any(sign in pattern for sign in "*?["):
            return fnmatch(name, pattern) and name.count("/") == pattern.count("/")
        return pattern in name

    def unsupported(self, name: str, target: Target) -> str:
        """Why this test is not run on such a target; '' if it is."""
        why = next((why for start, why in ELSEWHERE.items() if name.startswith(start)), "")
        if why and not (networked.known(name, self.root) or two.known(name, self.root)):
            return why
        if name in self._named("tests_requiring_target_wiring"):
            return "it needs wires between pins"
        stem = Path(name).stem
        for feature, check, answer, needed in NEEDS:
            if needed(stem) and check in target.said and target.said[check] != answer:
                return feature
        if stem.startswith("asm") and not target.said.get("inlineasm"):
            return "inline assembler"
        if "reverse_op" in stem and target.said.get("reverse_ops") == "TypeError":
            return "reverse operators"
        if stem.endswith("_endian") and target.said.get("byteorder") != sys.byteorder:
            return "the host's byte order"
        return self._skipped(name, target)

    def _skipped(self, name: str, target: Target) -> str:
        bits = target.float_bits
        rules: tuple[tuple[bool, Iterable[str], str], ...] = (
            (True, self._named("platform_tests_to_skip", target.platform),
             f"upstream skips it on {target.platform}"),
            (True, self._named("error_reporting_tests_to_skip", target.errors),
             f"upstream skips it where errors are {target.errors}"),
            (bits == 0, self._named("tests_requiring_float"), "float"),
            (bits < 32, SINGLE, "32-bit float"),
            (bits < 64, DOUBLE, "64-bit float"),
            (target.said.get("complex") != "complex", COMPLEX, "complex numbers"),
            (target.said.get("slice") != "slice", self._named("tests_requiring_slice"), "slice"),
            (not target.unicode, ("extmod/json_loads.py",), "unicode"),
            (not target.is_pc, NOT_ON_BOARDS, "upstream skips it on boards"),
            (target.threads == "unsafe" and name.startswith("thread/mutate_"), (name,),
             "threads that may change one object at once"),
        )  # fmt: skip
        for holds, names, why in rules:
            if holds and name in names:
                return why
        return ""

    def flaky(self, name: str) -> str:
        """Why upstream ignores this test's failures on any platform; '' if it does not."""
        entry = self._lists.get("flaky_tests_to_ignore", {}).get(name, ("", ()))
        return str(entry[0]) if entry[1] is None else ""

    def program(self, name: str) -> Program:
        """A test as it is sent."""
        text = (self.root / name).read_bytes().decode("utf-8", "surrogateescape")
        return Program(shrink(text), ((1, name),), bare=True)

    def checks(self) -> list[str]:
        """The feature checks that this checkout has."""
        here = (f"feature_check/{check}.py" for check in CHECKS)
        return [name for name in here if (self.root / name).is_file()]

    def recorded(self, name: str) -> bool:
        """Whether the checkout has the test's output in a `.exp`."""
        return (self.root / f"{name}.exp").is_file()

    def expected(self, name: str) -> str:
        """What the test should print: its `.exp`, else what CPython prints, as upstream does."""
        path = self.root / name
        if self.recorded(name):
            data = Path(f"{path}.exp").read_bytes()
        elif two.known(name, self.root):
            data = two.told_by_cpython(path).encode()
        else:
            python = os.environ.get("MICROPY_CPYTHON3", sys.executable)
            try:
                if name in networked.WITHOUT_EXP:
                    data = networked.told_by_cpython(path, python, CPYTHON_S)
                    return data.decode("utf-8", "backslashreplace")
                done = subprocess.run(
                    [python, "-BS", str(path)], cwd=path.parent, timeout=CPYTHON_S,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                    env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                )  # fmt: skip
                data = b"CPYTHON3 CRASH:\n" * bool(done.returncode) + done.stdout
            except subprocess.TimeoutExpired:
                data = b"CPYTHON3 CRASH:\n"
        return data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")

    def beside(self, name: str, traceback: str) -> str:
        """The module that the test did not find and that lies beside it in the checkout."""
        found = re.search(r"no module named '(\w+)'", traceback)
        if found and (self.root / name).with_name(f"{found[1]}.py").is_file():
            return found[1]
        return ""

    def has_patterns(self, name: str) -> bool:
        """Whether the test's `.exp` holds regular expressions."""
        return name in self._named("tests_with_regex_output")
