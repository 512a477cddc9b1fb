"""A run's directory: `run.json`, `results.jsonl`, `captures/`, `report/`."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from rig import whole
from rig.errors import LooprigError, RigError, UsageError
from rig.results import SCHEMA_VERSION, BoardInfo, Outcome, Result, RunInfo

FULL = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
    errno.EAGAIN,
)  # fmt: skip
"""What is wrong with the host rather than with a name."""


def located(run: Path) -> Path | None:
    """The run's directory, also by its id among `runs/`; None where there is none."""
    return next((path for path in (run, Path("runs") / run) if path.is_dir()), None)


def unwritable(where: str, error: OSError, hint: str) -> LooprigError:
    """What a place that cannot be written to is called: the host's fault where it is full, else a
    name to be changed."""
    kind = RigError if error.errno in FULL else UsageError
    return kind(f"{where}: {error.strerror or error}", hint)


class RunDir:
    """Writes a run so that a kill at any moment keeps every result up to the test in flight."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def results_path(self) -> Path:
        return self.path / "results.jsonl"

    @property
    def info_path(self) -> Path:
        return self.path / "run.json"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """No other looprig of this machine writes to the run meanwhile: two that went on with one
        run would each add a result for a claim. Raises UsageError while another does."""
        name = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()[:16]
        lock = FileLock(Path(tempfile.gettempdir()) / f"looprig-run-{name}.lock", mode=0o666)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            what = f"{self.path}: another looprig is writing to this run"
            raise UsageError(what, "wait for its end, or name another") from error
        try:
            yield
        finally:
            lock.release()

    def create(self, info: RunInfo) -> None:
        """Make the directory; raises UsageError if it cannot be made or holds another run."""
        try:
            (self.path / "captures").mkdir(parents=True, exist_ok=True)
            if self.results_path.exists():
                raise UsageError(
                    f"{self.path} already holds a run",
                    f"continue it with --resume {self.path}, or name another --out",
                )
            self.write(info)  # first: results without it could be neither read nor gone on with
            self.results_path.touch()
        except OSError as error:
            raise unwritable(
                str(error.filename or self.path), error, "name another --out"
            ) from error

    def write(self, info: RunInfo) -> None:
        """Replace run.json in one step, so that no reader ever sees half of it."""
        whole.write(self.info_path, info.model_dump_json(indent=1) + "\n")

    def read(self) -> RunInfo:
        """run.json; raises UsageError if this is no run's directory, or another version's."""
        try:
            info = RunInfo.model_validate_json(self.info_path.read_bytes())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UsageError(f"{self.path}: no run is there", "it needs a run.json") from error
        except OSError as error:
            raise UsageError(f"{self.info_path}: {error.strerror}", "name another run") from error
        except ValidationError as error:
            raise UsageError(
                f"{self.info_path}: not a run.json of this looprig ({error.error_count()} faults)",
                "was it written by another version?",
            ) from error
        if info.schema_version != SCHEMA_VERSION:
            raise UsageError(
                f"{self.info_path}: schema_version {info.schema_version}, and this looprig reads "
                f"{SCHEMA_VERSION}",
                "use the looprig that made it",
            )
        return info

    def append(self, result: Result) -> None:
        """Add a result; raises RigError where there is no room."""
        self.append_line(result.model_dump_json())

    def append_line(self, line: str) -> None:
        """Add a result that is JSON already: one write, flushed, so that a line is whole or the
        last and cut. Raises RigError where there is no room."""
        try:
            with self.results_path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise RigError(
                f"{self.results_path}: {error.strerror}",
                "the results until then are kept; mend that and go on with --resume",
            ) from error

    def results(self) -> list[Result]:
        """Every whole result line; a line cut by a kill is left out, and of two tries at one claim
        the later counts and holds the earlier. Raises UsageError for what cannot be read."""
        try:
            lines = self.results_path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            what = f"{self.results_path}: {error.strerror}"
            raise UsageError(what, "name another run") from error
        found: dict[tuple[str, str], Result] = {}
        for line in lines:
            try:
                result = Result.model_validate_json(line)
            except ValidationError:
                continue
            first = found.get((result.claim, result.board))
            found[result.claim, result.board] = result.after(first) if first else result
        return list(found.values())

    def standing(self, info: RunInfo) -> list[Result]:
        """The results, without what a board still owes because it was lost."""
        lost = info.lost
        return [each for each in self.results() if each.by not in lost or not owed(each)]

    def mend(self, before: RunInfo) -> list[Result]:
        """Before going on: drop for good a last line that a kill cut and what is still owed.
        Returns the results that stand."""
        return self._replace(self.standing(before))

    def merge_tries(self) -> None:
        """Make one line of two tries at a claim."""
        self._replace(self.results())

    def _replace(self, found: list[Result]) -> list[Result]:
        lines = "".join(result.model_dump_json() + "\n" for result in found)
        whole.write(self.results_path, lines)
        return found

    def board_lost(self, board: str, why: str) -> None:
        """Note in run.json that a board was given up."""
        info = self.read()

        def noted(entry: BoardInfo) -> BoardInfo:
            if entry.members:
                return entry.model_copy(update={"members": [noted(one) for one in entry.members]})
            return entry.model_copy(update={"lost": why}) if entry.name == board else entry

        boards = [noted(entry) for entry in info.boards]
        if boards != info.boards:
            self.write(info.model_copy(update={"boards": boards}))

    def error(self, message: str) -> None:
        """Note a fault of the rig that belongs to no single result."""
        info = self.read()
        self.write(info.model_copy(update={"errors": [*info.errors, message]}))


def owed(result: Result) -> bool:
    """Whether there is a result only because the board was lost before."""
    return result.outcome is Outcome.ERRORED and f"board {result.by} is lost" in result.why


def new_id() -> str:
    """A run's id: when it began, and enough chance for two that began together."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
