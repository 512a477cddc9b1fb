"""`looprig upstream` on a small checkout with a test of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.commands.upstream import upstream
from rig.errors import UsageError
from rig.results import Outcome, Result
from rig.run_dir import RunDir
from rig.upstream.suite import Suite, Target
from rig.upstream.verdict import _fits, difference, unittest_passed

RUN_TESTS = """
platform_to_port_map = {"pyboard": "stm32", "linux": "unix"}
platform_tests_to_skip = {"linux": ("basics/skipped.py",)}
error_reporting_tests_to_skip = {"terse": ("basics/terse.py",)}
error_reporting_tests_to_skip["none"] = error_reporting_tests_to_skip["terse"]
tests_requiring_target_wiring = ("extmod/wired.py",)
tests_with_regex_output = [base_path(file) for file in ("basics/regex.py",)]
flaky_tests_to_ignore = {"basics/flaky.py": ("it depends", None)}
"""
TARGET_INFO = "import sys\nprint(sys.platform, None, 0, 'standard', None, 64, True, 'normal')\n"
TESTS = {
    "basics/good.py": "print('Grüße', [1, 2])\n",
    "basics/recorded.py": "print('as recorded')\n",
    "basics/wrong.py": "import sys\nprint(1)\nprint(sys.implementation.name)\n",
    "basics/raises.py": "print(1)\n\n# why\nraise ValueError('no')\n",
    "basics/skips.py": "print('SKIP')\nraise SystemExit\n",
    "basics/exits.py": "print('bye')\nraise SystemExit\n",
    "basics/skipped.py": "print(1)\n",
    "basics/regex.py": "print('at 0x1234, took', 5)\n",
    "basics/flaky.py": "print(1)\n",
    "basics/crlf.py": "print('a\\r\\nb')\n",
    "basics/loud.py": "for i in range(5000): print('line', i)\n",
    "basics/native_code.py": "print('native?')\n",
    "basics/beside.py": "import helper\n",
    "basics/unit.py": "import unittest\n",
    "basics/forged.py": "print('1\\n\\x04\\x04>', end='')\nraise ValueError\n",
    "extmod/crash.py": "import uctypes\nuctypes.bytearray_at(0, 4)[0]\n",
    "extmod/wired.py": "print(1)\n",
    "cmdline/repl.py": "print(1)\n",
}  # fmt: skip
RECORDED = {
    "basics/recorded.py": "as recorded\n",
    "basics/raises.py": "1\n",
    "basics/regex.py": "at 0x\\[0-9a-f\\]\\+, took \\.\\*\n",
    "basics/flaky.py": "2\n",
    "basics/forged.py": "1\n",
    "extmod/crash.py": "0\n",
}
EXPECTED = {
    "basics/good.py": "conforms",
    "basics/recorded.py": "conforms",
    "basics/exits.py": "conforms",
    "basics/regex.py": "conforms",
    "basics/crlf.py": "conforms",
    "basics/loud.py": "conforms",
    "basics/wrong.py": "diverges",
    "basics/raises.py": "diverges",
    "basics/forged.py": "diverges",
    "basics/flaky.py": "diverges",
    "extmod/crash.py": "crashed",
    "basics/skips.py": "unsupported",
    "basics/skipped.py": "unsupported",
    "basics/native_code.py": "unsupported",
    "basics/beside.py": "unsupported",
    "basics/unit.py": "unsupported",
    "extmod/wired.py": "unsupported",
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("micropython"))


def written(root: Path) -> Path:
    """A checkout with these tests."""
    files = {f"tests/{name}": text for name, text in TESTS.items()}
    files |= {f"tests/{name}.exp": text for name, text in RECORDED.items()}
    files["tests/run-tests.py"] = RUN_TESTS
    files["tests/feature_check/target_info.py"] = TARGET_INFO
    files["tests/feature_check/native_check.py"] = "raise ValueError('none here')\n"
    files["tests/basics/helper.py"] = "pass\n"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "bench.toml"
    path.write_text('[board.one]\nkind = "virtual"\n[board.two]\nkind = "virtual"\n', "utf-8")
    return path


@pytest.fixture(scope="module")
def run(checkout: Path, bench: Path, tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    out = tmp_path_factory.mktemp("runs") / "run"
    assert upstream(checkout, ["basics/*.py", "extmod/*.py"], bench=bench, out=out) == 1
    return RunDir(out)


@pytest.mark.parametrize("board", ["one", "two"])
def test_each_test_ends_as_it_should(run: RunDir, board: str) -> None:
    outcomes = {
        result.claim.removeprefix("upstream."): str(result.outcome)
        for result in run.results()
        if result.board == board
    }
    assert {name: outcomes[name] for name in EXPECTED} == EXPECTED


def find(run: RunDir, name: str) -> Result:
    return next(result for result in run.results() if result.claim == f"upstream.{name}")


def test_a_divergence_shows_the_lines_that_differ(run: RunDir) -> None:
    wrong = find(run, "basics/wrong.py")
    assert (wrong.expected, wrong.actual) == ("cpython", "micropython")


def test_a_traceback_has_the_scripts_own_lines(run: RunDir) -> None:
    raises = find(run, "basics/raises.py")
    assert 'File "basics/raises.py", line 4' in raises.actual


def test_what_is_not_run_says_why(run: RunDir) -> None:
    assert "wires" in find(run, "extmod/wired.py").why
    assert "upstream skips it" in find(run, "basics/skipped.py").why
    assert find(run, "basics/native_code.py").why == "native code"
    assert "helper.py" in find(run, "basics/beside.py").why
    assert "unittest" in find(run, "basics/unit.py").why


def test_a_flaky_test_does_not_count(run: RunDir) -> None:
    flaky = find(run, "basics/flaky.py")
    assert flaky.expectation
    assert not flaky.unexpected


def test_the_run_is_a_run(run: RunDir) -> None:
    info = run.read()
    assert info.exit_code == 1
    assert [board.name for board in info.boards] == ["one", "two"]
    assert len(run.results()) == 2 * len(info.claims)


def test_cpython_is_asked_again_before_it_counts(
    checkout: Path, bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["disturbed\n", "disturbed\n"])
    honest = Suite.expected
    monkeypatch.setattr(
        Suite, "expected", lambda suite, name: next(answers, None) or honest(suite, name)
    )
    assert upstream(checkout, ["basics/good.py"], bench, tmp_path / "run", ["one"]) == 0


TIMED = "import sys, time\nprint(time.time() if sys.implementation.name == 'cpython' else 0)\n"
COUNTED = "try:\n    open('n')\n    print('again')\nexcept OSError:\n    open('n', 'w')\n"


@pytest.mark.parametrize(("recorded", "text"), [("", TIMED), ("again\n", COUNTED)])
def test_what_is_printed_otherwise_from_time_to_time_is_no_verdict(
    recorded: str, text: str, bench: Path, tmp_path: Path
) -> None:
    (tmp_path / "tests" / "basics").mkdir(parents=True)
    (tmp_path / "tests" / "run-tests.py").write_text("", "utf-8")
    (tmp_path / "tests" / "basics" / "by_chance.py").write_text(text, "utf-8")
    if recorded:
        (tmp_path / "tests" / "basics" / "by_chance.py.exp").write_text(recorded, "utf-8")
    out = tmp_path / "run"
    assert upstream(tmp_path, ["basics/by_chance.py"], bench, out, ["one"]) == 3
    [result] = RunDir(out).results()
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "busy" in result.why


def test_all_good_is_zero(checkout: Path, bench: Path, tmp_path: Path) -> None:
    assert upstream(checkout, ["basics/good.py"], bench=bench, out=tmp_path / "run") == 0


def test_network_tests_against_the_host(tmp_path: Path, bench: Path) -> None:
    """As upstream has them: a name that is somewhere else, and an `.exp`."""
    tests = tmp_path / "tests"
    (tests / "net_inet").mkdir(parents=True)
    (tests / "net_hosted").mkdir()
    (tests / "run-tests.py").write_text("", "utf-8")
    get = "net_inet/asyncio_tcp_read_headers.py"
    (tests / get).write_text(
        "import socket\n"
        "s = socket.socket()\n"
        "s.connect(socket.getaddrinfo('micropython.org', 80)[0][-1])\n"
        "s.send(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
        "f = s.makefile('rb')\n"
        "while True:\n"
        "    line = f.readline().strip()\n"
        "    if not line: break\n"
        "    if b'Server' not in line: print(line)\n",
        "utf-8",
    )
    (tests / f"{get}.exp").write_text("b'HTTP/1.1 200 OK'\nb'ETag: \"1-2\"'\n", "utf-8")
    bad = "net_hosted/connect_poll.py"
    (tests / bad).write_text("print('nothing')\n", "utf-8")
    (tests / f"{bad}.exp").write_text("1 20\n", "utf-8")
    (tests / "net_inet/ssl_cert.py").write_text("print(1)\n", "utf-8")
    out = tmp_path / "run"
    assert upstream(tmp_path, ["net_inet/*.py", "net_hosted/*.py"], bench=bench, out=out) == 1
    came = {(r.board, r.claim): r.outcome for r in RunDir(out).results()}
    boards = {board for board, _ in came}
    assert boards
    for board in boards:
        assert came[board, f"upstream.{get}"] is Outcome.CONFORMS
        assert came[board, f"upstream.{bad}"] is Outcome.DIVERGES
        assert came[board, "upstream.net_inet/ssl_cert.py"] is Outcome.UNSUPPORTED


TALK = """
import socket, sys
def instance0():
    multitest.globals(IP=multitest.get_network_ip())
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(socket.getaddrinfo("0.0.0.0", 18473)[0][-1])
    s.listen(1)
    multitest.next()
    c = s.accept()[0]
    print(c.recv(16), {said})
    multitest.broadcast("heard")
    multitest.wait("good")
    c.close()
    s.close()
def instance1():
    multitest.next()
    s = socket.socket()
    s.connect(socket.getaddrinfo(IP, 18473)[0][-1])
    s.send(b"hello")
    multitest.wait("heard")
    multitest.broadcast("good")
    print(s.recv(1), {asked})
    s.close()
"""


@pytest.mark.slow
def test_two_instances_with_the_host_for_the_other(tmp_path: Path) -> None:
    """The board is the one and the other; each test differs on it in the one part it plays."""
    tests = tmp_path / "tests"
    (tests / "multi_net").mkdir(parents=True)
    (tests / "run-tests.py").write_text("", "utf-8")
    name = "sys.implementation.name"
    texts = {
        "good": TALK.format(said="1", asked="2"),
        "first": TALK.format(said=name, asked="2"),
        "second": TALK.format(said="1", asked=name),
        "three": TALK.format(said="1", asked="2") + "def instance2():\n    pass\n",
        "hangs": TALK.format(said="1", asked="2").replace("c.recv(16)", "c.recv(16) + c.recv(9)"),
        "skips": TALK.replace("s.listen(1)", "multitest.skip()"),
    }
    for test, text in texts.items():
        (tests / f"multi_net/{test}.py").write_text(text, "utf-8")
    (tests / "multi_net/hangs.py.exp").write_text("--- instance0 ---\n", "utf-8")
    bench = tmp_path / "bench.toml"
    bench.write_text(
        '[board.near]\nkind = "virtual"\nnetwork = "machine"\n[board.apart]\nkind = "virtual"\n',
        "utf-8",
    )
    out = tmp_path / "run"
    assert upstream(tmp_path, ["multi_net/*.py"], bench=bench, out=out) == 1
    found = {(r.board, r.claim.rpartition("/")[2]): r for r in RunDir(out).results()}
    came = {test: found["near", f"{test}.py"].outcome for test in texts}
    assert came == {
        "good": Outcome.CONFORMS,
        "first": Outcome.DIVERGES,
        "second": Outcome.DIVERGES,
        "three": Outcome.UNSUPPORTED,
        "hangs": Outcome.CRASHED,
        "skips": Outcome.UNSUPPORTED,
    }
    assert "micropython" in found["near", "first.py"].actual
    assert found["near", "first.py"].actual.startswith("as instance 0: ")
    apart = found["apart", "good.py"]
    assert apart.outcome is Outcome.UNSUPPORTED
    assert 'network = "machine"' in apart.why


def test_patterns(checkout: Path) -> None:
    suite = Suite(checkout / "tests")
    target = Target.of({"target_info": "linux None 0 standard None 64 True normal"})
    assert suite.tests(["tests/basics/g*.py"], target) == ["basics/good.py"]
    assert suite.tests(["basics/good"], target) == ["basics/good.py"]
    assert "cmdline/repl.py" not in suite.tests([], target)
    assert "basics/good.py" in suite.tests([], target)
    assert suite.unsupported("cmdline/repl.py", target)


def test_a_pattern_that_matches_nothing(checkout: Path, bench: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'nowhere': no test matches"):
        upstream(checkout, ["basics/good", "nowhere"], bench=bench, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_checkout_that_cannot_be_read(bench: Path, tmp_path: Path) -> None:
    (tmp_path / "run-tests.py").write_bytes(b"tests = ('Gr\xfc\xdfe',)\n")
    with pytest.raises(UsageError, match="check the checkout out anew"):
        upstream(tmp_path, [], bench=bench, out=tmp_path / "run")


def test_a_directory_without_the_suite(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no MicroPython checkout"):
        Suite(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "line", "fits"),
    [
        ("a.b\n", "a.b\n", True),
        ("a.b\n", "axb\n", False),
        ("took \\.\\* s\n", "took 12 s\n", True),
        ("0x\\[0-9\\]\\+\n", "0x99\n", True),
        ("0x\\[0-9\\]\\+\n", "0xzz\n", False),
    ],
)
def test_upstreams_patterns(pattern: str, line: str, fits: bool) -> None:
    assert _fits(pattern, line) is fits


def test_unittest_summaries() -> None:
    ruler = "-" * 70
    assert unittest_passed(f"x\n{ruler}\nRan 3 tests\n\nOK\n")
    assert unittest_passed(f"x\n{ruler}\nRan 3 tests\n\nOK (skipped=1)\n")
    assert not unittest_passed(f"x\n{ruler}\nRan 3 tests\n\nFAILED (failures=1, errors=0)\n")
    assert not unittest_passed("OK\n")


def test_differences_are_bounded() -> None:
    expected, actual = difference("a\n" * 5000, "b\n" * 5000)
    assert len(expected) <= 4000
    assert len(actual) <= 4000
