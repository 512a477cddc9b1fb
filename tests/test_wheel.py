"""The wheel: one name, whole, the same bytes each time, and working where nothing else is."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from packing.one_name import CODE, DATA, modules_of, moved
from rig.claims import ROOT

pytestmark = pytest.mark.xdist_group("wheel")  # setuptools works in the checkout itself
MODULES = frozenset({"rig.claims", "rig.virtual.holder", "reports.site"})
IMPORT_ALL = """
import importlib, pkgutil, sys, looprig
for module in pkgutil.walk_packages(looprig.__path__, "looprig."):
    if not module.name.startswith(("looprig.host.test_", "looprig.conftest", "looprig.docs")):
        importlib.import_module(module.name)
rooms = {"rig", "fixtures", "host", "reports"}
print(sorted(name for name in sys.modules if name.split(".")[0] in rooms))
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from rig.claims import ROOT\n", "from looprig.rig.claims import ROOT\n"),
        ("from rig import (\n    whole,\n)\n", "from looprig.rig import (\n    whole,\n)\n"),
        ("def f():\n    import reports\n", "def f():\n    from looprig import reports\n"),
        ("import rig.claims as it\n", "import looprig.rig.claims as it\n"),
        ('é = ["-m", "rig.virtual.holder"]\n', 'é = ["-m", "looprig.rig.virtual.holder"]\n'),
        ('"""See python -m rig.claims."""\n', '"""See python -m looprig.rig.claims."""\n'),
        ("ü = 1; from rig import whole\n", "ü = 1; from looprig.rig import whole\n"),
        ("from . import rig\nimport rigid\n", "from . import rig\nimport rigid\n"),
        ('NAMES = ("host.conf", "rig", "the rig.claims")\n', None),
        ("from looprig import claim\n", None),
    ],
)
def test_imports_move(before: str, after: str | None) -> None:
    assert moved(before, MODULES) == (after or before)


@pytest.mark.parametrize("text", ["import rig.claims\n", "import os, rig\n"])
def test_an_import_that_would_bind_another_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"x\.py:1"):
        moved(text, MODULES, "x.py")


def did(*words: object, cwd: Path | None = None, code: int = 0) -> str:
    """What a command printed that must end with this exit code."""
    env = {key: text for key, text in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    command = [str(word) for word in words]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def built(folder: Path) -> tuple[Path, Path]:
    """sdist, and the wheel that was built from it."""
    did(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(tmp_path_factory.mktemp("dist"))


def tracked(*rooms: str) -> set[str]:
    """What git has of these rooms."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    return set(did("git", "ls-files", *rooms, cwd=ROOT).split("\n")) - {""}


@pytest.mark.slow
def test_the_wheel_has_one_name_and_everything_within_it(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[1]) as wheel:
        names = set(wheel.namelist())
        entries = wheel.read("looprig-0.1.0.dist-info/entry_points.txt").decode()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"looprig"}
    pictures = {name for name in tracked("docs") if name.endswith(".png")}
    wanted = {f"looprig/{name}" for name in tracked(*CODE, *DATA, "conftest.py") - pictures}
    wanted |= tracked("looprig")
    assert wanted - names == set()
    assert "looprig = looprig.__main__:main" in entries


@pytest.mark.slow
def test_the_sdist_has_what_git_has(archives: tuple[Path, Path]) -> None:
    with tarfile.open(archives[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    service = (".git", ".devcontainer", ".pre-commit", ".docker")
    assert {name for name in tracked() if not name.startswith(service)} - names == set()


@pytest.mark.slow
def test_the_same_content_gives_the_same_bytes(archives: tuple[Path, Path], tmp_path: Path) -> None:
    for one, other in zip(archives, built(tmp_path), strict=True):
        digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (one, other)}
        assert len(digests) == 1, one.name
    did(sys.executable, "-m", "twine", "check", "--strict", *archives)


@pytest.fixture(scope="module")
def installed(archives: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The python of a fresh environment with the wheel in it, in a folder such as some people
    have; what looprig depends on is found where this process has it, and the checkout is not, for
    a path in a .pth has its own .pth files ignored."""
    folder = tmp_path_factory.mktemp("fresh") / "Zoë's env"
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    did(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", archives[1])
    home = did(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(home) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return python


@pytest.mark.slow
def test_every_module_imports_under_the_one_name(installed: Path, tmp_path: Path) -> None:
    assert did(installed, "-c", IMPORT_ALL, cwd=tmp_path) == "[]\n"
    assert len(modules_of(ROOT)) > 100


@pytest.mark.slow
def test_it_runs_the_virtual_bench_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    home = installed.parent.parent
    before = {path for path in home.rglob("*") if path.suffix != ".pyc"}
    claims = ["--claims", "gather.empty", "--claims", "run.returns-value"]
    command = installed.with_name("looprig")
    said = did(command, "run", *claims, "--matrix", "-n", "2", cwd=tmp_path)
    assert "4 of 4 verdicts conform" in said
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "report" / "index.html").is_file()
    after = {path for path in home.rglob("*") if path.suffix != ".pyc"}
    assert {path.name for path in after - before} <= {"__pycache__"}


@pytest.mark.slow
def test_its_faults_are_caught_there(installed: Path, tmp_path: Path) -> None:
    words = ["run", "--board", "unix", "--fault", "lost-return-value"]
    command = installed.with_name("looprig")
    said = did(command, *words, "--claims", "run.returns-value", cwd=tmp_path, code=1)
    assert "run.returns-value" in said


@pytest.mark.slow
def test_the_example_passes_as_an_outsider(installed: Path, tmp_path: Path) -> None:
    """The installed wheel, in a folder that knows nothing of a checkout."""
    folder = shutil.copytree(ROOT / "examples" / "driver-tests", tmp_path / "mine")
    (tmp_path / "mine" / "bench.toml").write_text('[board.unix]\nkind = "virtual"\n', "utf-8")
    pytest_there = (installed, "-m", "pytest", "-p", "no:labgrid", "--looprig-bench", "bench.toml")
    said = did(*pytest_there, cwd=folder)
    assert "3 passed, 1 skipped" in said  # no meter: what needs one is unmeasured
    assert "nothing unexpected; exit 0" in said
    said = did(*pytest_there, "--looprig-fault", "reading-blocks", cwd=folder, code=1)
    assert "FAILED host/test_thermo.py::test_lets_others_run[unix]" in said
    said = did(installed.with_name("looprig"), "run", "--suite", ".", "--claims", "thermo.re*",
               "--board", "unix", cwd=folder)  # fmt: skip
    assert "2 of 2 verdicts conform" in said
