"""The pytest plugin, by its entry point `looprig`: boards for any project's tests.

pytest imports this in every project of an environment that has looprig. It adds its options and
one line of help; the rest of looprig is imported where one of them is given, or where the project
says in its pyproject.toml that it uses looprig.
"""

from __future__ import annotations

import pytest

from looprig.project import of_looprig

OPTIONS = (
    ("bench", "FILE", "bench file (TOML) whose boards the tests run on"),
    ("port", "DEV", "one board, without a bench file"),
    ("meter", "VISA", "the meter of --looprig-port"),
    ("fault", "NAME", "break each board by this seeded fault"),
    ("out", "DIR", "where the run goes; runs/<id> otherwise"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("looprig", "looprig: tests on boards")
    for name, metavar, told in OPTIONS:
        group.addoption(f"--looprig-{name}", metavar=metavar, default="", help=told)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "claim(id): the claim that a test judges (looprig)")
    if config.getoption("--looprig-plan", ""):  # looprig run's own pytest
        return
    if any(config.getoption(f"--looprig-{name}") for name, _, _ in OPTIONS):
        from looprig.session import begin

        begin(config)
    elif of_looprig(config.rootpath):
        config.pluginmanager.register(NoBench(), "looprig-no-bench")


class NoBench:
    """In a project that uses looprig, where no bench is named: what needs a board is skipped."""

    def skipped(self) -> None:
        pytest.skip("no bench is named: --looprig-bench FILE, or --looprig-port DEV")

    @pytest.fixture
    def board(self) -> None:
        self.skipped()

    @pytest.fixture
    def network(self) -> None:
        self.skipped()

    @pytest.fixture
    def power(self) -> None:
        self.skipped()

    @pytest.fixture
    def record(self) -> None:
        self.skipped()

    @pytest.fixture
    def station(self) -> None:
        self.skipped()
