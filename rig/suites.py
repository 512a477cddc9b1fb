"""Suites: the rig's own claims and tests, and a user's beside them.

A suite is a folder with `claims/`, `device_tests/`, `host/`, and where it has them `faults/` and
`modules/`: MicroPython that its claims are about, put first on each board's path for the run. Other
names than these stand in the folder's pyproject.toml, in `[tool.looprig]`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from rig import tables
from rig.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
HINT = "see docs/own-claims.md"


class Suite(BaseModel):
    """Where a suite's parts are; each is a folder, and may be absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    claims: Path = Path("claims")
    device_tests: Path = Path("device_tests")
    host: Path = Path("host")
    faults: Path = Path("faults")
    modules: Path = Path("modules")

    def within(self, folder: Path) -> Suite:
        """The same with absolute paths."""
        return Suite(**{name: (folder / path).resolve() for name, path in self})

    @property
    def folders(self) -> list[Path]:
        return [path for _, path in self if path.is_dir()]


OWN = Suite(faults=Path("fixtures/faults"), modules=Path("no-modules")).within(ROOT)
_used: list[Suite] = [OWN]


def used() -> tuple[Suite, ...]:
    """The suites of this process, the rig's own first."""
    return tuple(_used)


def added() -> tuple[Suite, ...]:
    """The user's."""
    return tuple(_used[1:])


def use(suites: Sequence[Suite]) -> None:
    """Have these stand beside the rig's own, instead of any before.

    Raises UsageError where two have a device test or a fault of the same name: which of them runs
    should not hang on their order.
    """
    _used[1:] = suites
    for part in ("device_tests", "faults"):
        seen: dict[str, Path] = {}
        for suite in _used:
            folder: Path = getattr(suite, part)
            for path in sorted(folder.rglob("*.py")):
                name = path.relative_to(folder).as_posix()
                if name in seen:
                    raise UsageError(f"{path}: {seen[name]} has that name", "give it another")
                seen[name] = path


def load(folder: Path) -> Suite:
    """The suite in a folder. Raises UsageError for one that is none, and for settings or host
    tests that are not as they should be."""
    if not folder.is_dir():
        raise UsageError(f"--suite {folder}: there is no such directory", HINT)
    suite = settings(folder).within(folder)
    for part in ("claims", "device_tests", "host"):
        path = getattr(suite, part)
        if not path.is_dir():
            raise UsageError(f"--suite {folder}: there is no {path}", HINT)
    if not any(suite.host.rglob("test_*.py")):
        raise UsageError(f"--suite {folder}: no test_*.py is in {suite.host}", HINT)
    for path, line, test, claim in host_tests(suite.host):
        if claim is None:
            raise UsageError(
                f"{path}:{line}: {test} judges no claim, and would not be run",
                'mark it with @pytest.mark.claim("…")',
            )
    return suite


def settings(folder: Path) -> Suite:
    """`[tool.looprig]` of the folder's pyproject.toml, or what holds without one."""
    path = folder / "pyproject.toml"
    if not path.is_file():
        return Suite()
    where = f"{path}: [tool.looprig]"
    tool = tables.parsed(path, HINT, UsageError).get("tool", {})
    table = tool.get("looprig", {}) if isinstance(tool, dict) else tool
    if not isinstance(table, dict):
        raise UsageError(f"{where}: a table is meant here", HINT)
    if (key := tables.empty(table)) is not None:
        raise UsageError(f"{where}: {key} is empty", "give it a value, or leave it out")
    try:
        return tables.valid(Suite, table)
    except ValidationError as error:
        raise tables.explained(where, error, Suite, HINT, (), UsageError) from error


def device_test(name: str, own: Path) -> Path:
    """Where a device test is; `own` is the rig's folder, which is where one that is nowhere would
    be looked for."""
    places = [own / name, *(suite.device_tests / name for suite in added())]
    return next((path for path in places if path.is_file()), places[0])


def host_tests(folder: Path) -> Iterator[tuple[Path, int, str, str | None]]:
    """Each test function in a folder, or file, of host tests: its file, line and name, and the
    claim that its mark names. Raises UsageError for a file that does not parse."""
    paths = [folder] if folder.is_file() else sorted(folder.rglob("test_*.py"))
    for path in paths:
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except SyntaxError as error:
            at = f":{error.lineno}" if error.lineno else ""  # of a NUL Python gives no line
            raise UsageError(f"{path}{at}: {error.msg}", HINT) from error
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test"
            ):
                yield path, node.lineno, node.name, _claim(node)


def _claim(test: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    for mark in test.decorator_list:
        match mark:
            case ast.Call(
                func=ast.Name(id="claim") | ast.Attribute(attr="claim"),
                args=[ast.Constant(value=str(name))],
            ):
                return name
    return None
