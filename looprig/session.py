"""A pytest session of somebody's project as a run: boards, a run directory, a report.

The project's own claims, device tests and faults are where its pyproject.toml says
(`[tool.looprig]`). A test that is marked with a claim leaves a result, as the rig's own do; one
that is not may use the board all the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures import judging, power
from fixtures.dut import UnderTest
from fixtures.items import claim_of, column_of
from fixtures.recording import Recorder
from looprig.project import of_looprig
from rig import suites
from rig.bench import Bench
from rig.commands.asked import (
    Options,
    check_budgets,
    check_tables,
    choose_bench,
    choose_levels,
    run_folder,
)
from rig.commands.begun import begun
from rig.commands.run import conclude
from rig.errors import LooprigError
from rig.expectations import own_folder
from rig.plan import Mishaps, Plan
from rig.run_dir import RunDir

EVIDENCE = "enable_assertion_pass_hook"


@contextlib.contextmanager
def usage_errors() -> Iterator[None]:
    """looprig's errors as pytest shows a user's mistakes: a sentence."""
    try:
        yield
    except LooprigError as error:
        raise pytest.UsageError(f"looprig: {error}") from error


def begin(config: pytest.Config) -> None:
    """Have this session be a run. Raises UsageError, pytest's, for what the user must mend."""
    if hasattr(config, "workerinput") or getattr(config.option, "dist", "no") != "no":
        raise pytest.UsageError("looprig: boards are driven by one process: leave -n out")
    project = next((at for at in folders_above(config) if of_looprig(at)), None)
    if project and not config.rootpath.is_relative_to(project):
        raise pytest.UsageError(
            f"looprig: pytest takes {config.rootpath} for the project, whose pyproject.toml is in "
            f"{project}: write --looprig-bench=FILE, with an equals sign, or name --rootdir"
        )
    if not config.getini(EVIDENCE):
        raise pytest.UsageError(
            f"looprig: an assertion that holds is evidence, and pytest tells of none: set "
            f"{EVIDENCE} = true in [tool.pytest.ini_options]"
        )
    asked = {name: config.getoption(f"--looprig-{name}") for name in ("port", "meter", "fault")}
    bench, out = config.getoption("--looprig-bench"), config.getoption("--looprig-out")
    options = Options(
        bench=Path(bench) if bench else None,
        port=asked["port"],
        meter=asked["meter"],
        faults=[asked["fault"]] if asked["fault"] else [],
        out=Path(out) if out else None,
        suites=[config.rootpath],
        command=["pytest", *config.invocation_params.args],
    )
    with usage_errors():
        suites.use([suites.settings(config.rootpath).within(config.rootpath)])
        session = Session(config, options, choose_bench(options))
    config.pluginmanager.register(session, "looprig-session")


def folders_above(config: pytest.Config) -> list[Path]:
    """The folder that pytest was started in, and those that it is in."""
    here = config.invocation_params.dir
    return [here, *here.parents]


def parametrized(metafunc: pytest.Metafunc) -> set[str]:
    """The arguments that the test's own marks give."""
    found: set[str] = set()
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
        found.update(map(str.strip, names.split(",")) if isinstance(names, str) else names)
    return found


class Session:
    """A plugin: the run's beginning, what is collected, and its end."""

    def __init__(self, config: pytest.Config, options: Options, bench: Bench) -> None:
        self.stack = contextlib.ExitStack()
        self.said = ""
        config.add_cleanup(self.stack.close)
        folder = run_folder(options)
        own = own_folder(None, bench)
        check_tables(own)
        self.budgets = check_budgets(bench)
        begin = self.stack.enter_context(begun(options, bench, folder, own))
        self.run_dir = RunDir(folder)
        self.mishaps = Mishaps()
        self.info = begin.info
        self.plan = Plan(
            run_dir=folder.resolve(),
            stations=begin.stations,
            claims=[],
            kinds=begin.kinds,
            expectations=own,
            suites=list(suites.added()),
        )
        under_test = UnderTest(self.plan)
        self.seats = [kind.name for kind in self.plan.kinds]
        config.stash[judging.PLAN] = self.plan
        config.stash[judging.UNDER_TEST] = under_test
        plugins: list[Any] = [judging, power, under_test, self.mishaps]
        for plugin in [*plugins, Recorder(config, self.plan)]:
            config.pluginmanager.register(plugin)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Whatever asks for a board is run on each, but what calls something of its own so."""
        if "board" in metafunc.fixturenames and "board" not in parametrized(metafunc):
            metafunc.parametrize("board", self.seats, indirect=True)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The run's claims are those that the tests to be run judge."""
        if session.config.option.collectonly:
            return
        judging = {item: claim for item in session.items if (claim := claim_of(item))}
        for item in judging:
            if column_of(item) not in self.seats:
                said = "it is marked with a claim, and asks for no board of the bench"
                raise pytest.UsageError(f"looprig: {item.nodeid}: {said}: def test_it(board)")
        found = list(judging.values())
        claims = list(dict.fromkeys(claim.id for claim in found))
        levels = choose_levels([], {claim.id: claim for claim in found}, self.budgets)
        self.plan.claims, self.plan.levels = claims, levels
        with usage_errors():
            self.run_dir.create(self.info.model_copy(update={"claims": claims, "levels": levels}))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """The run's outcome: what of it pytest does not know makes a green session red."""
        if not self.run_dir.info_path.exists():
            return
        ending = conclude(self.run_dir, int(exitstatus), self.plan, self.mishaps.told)
        if ending.code and not session.exitstatus:
            session.exitstatus = ending.code
        import reports  # pandas: for the end of a run, not for the start of every session

        page = reports.write_site(reports.load([self.run_dir.path]), self.run_dir.path / "report")
        self.said = f"{ending.said} · report: {page}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.said:
            terminalreporter.write_line(f"looprig: {self.said}")
