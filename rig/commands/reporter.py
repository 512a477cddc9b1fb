"""The report at the end of a run, by a process of its own.

What a report needs (pandas, Jinja) takes longer to import than a report to make. The process
imports while the run collects its tests, and then waits for the run's end: nothing of it goes on
while boards are measured, and the report costs the run a quarter of a second.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from rig import streams
from rig.answers.answer import tell
from rig.answers.judging import Run, ended
from rig.ending import RIG, of_error
from rig.errors import RigError
from rig.run_dir import RunDir

CLOSED = 32
"""The process's exit code for output that nobody reads: EPIPE."""
ROOT = Path(__file__).resolve().parent.parent.parent


class Reporter:
    """A context: its process is gone at its end, whatever that is.

    `start`, then `ask`, then `wait`.
    """

    def __init__(self, answers: bool = False) -> None:
        self.answers = answers  # a document, to where standard output was kept for it
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.communicate()

    def start(self) -> subprocess.Popen[bytes]:
        """Have the process get ready."""
        self.process = self.process or subprocess.Popen(
            [sys.executable, "-m", "rig.commands.reporter"],
            cwd=ROOT,  # not the user's, where a folder `reports` would be taken for the module
            stdin=subprocess.PIPE,
            stdout=streams.answer if self.answers else None,
            start_new_session=True,  # a terminal's Ctrl-C ends the run, whose report is still due
        )
        return self.process

    def ask(self, run_dir: RunDir, said: str, show: str) -> None:
        """Have the report written, and printed what `show` asks for; `said` ends it."""
        sys.stdout.flush()  # it prints to the same place
        stdin = self.start().stdin
        assert stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died: `wait` says so
            stdin.write(json.dumps([str(Path.cwd()), str(run_dir.path), said, show]).encode())
            stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            stdin.close()

    def wait(self, run_dir: RunDir) -> None:
        """Until that is done. Raises RigError if it did not come off."""
        failed = self.start().wait()
        streams.answered = self.answers and not failed
        if failed == CLOSED:
            raise BrokenPipeError
        if failed:
            raise RigError(
                f"the report of {run_dir.path} was not made (exit {failed})",
                f"the results are kept: looprig report {run_dir.path}",
            )


def show(run_dir: RunDir, said: str, what: str) -> None:
    """What needs a look, or the whole matrix, how the run ended and where the report is."""
    import reports

    loaded = reports.load([run_dir.path])
    page = reports.write_site(loaded, run_dir.path / "report")
    if what == "json":
        tell(as_answer(run_dir, str(page), said))
        return
    console = streams.console()
    if what != "quiet":
        reports.terminal_matrix(loaded, console, whole=what == "matrix")
        info = run_dir.read()
        for name, why in info.lost.items():
            console.print(f"board {name} was lost {why}", markup=False)
        for message in info.errors:
            console.print(message, markup=False)
    console.print(f"{said} · report: {page}", markup=False, highlight=False, soft_wrap=True)


def as_answer(run_dir: RunDir, page: str, said: str) -> Run:
    """The run for programs."""
    return Run(report=page, **ended(run_dir.path, run_dir.read(), run_dir.results(), said))


def main() -> None:
    gc.disable()  # what is imported and rendered lives as long as this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where a session of its own does not exist
    streams.prepare()
    try:
        import reports

        reports.get_ready()
        asked = sys.stdin.buffer.read()
        if asked:
            folder, path, said, what = json.loads(asked)
            os.chdir(folder)  # paths are shown as the user gave them
            show(RunDir(Path(path)), said, what)
            sys.stdout.flush()
    except BaseException as error:
        if isinstance(error, BrokenPipeError) or streams.closed_pipe(error):
            os._exit(CLOSED)
        streams.tell(f"looprig: {of_error(error).said}")
        os._exit(RIG)
    os._exit(0)  # all is written: taking pandas down in good order would take 0.15 s


if __name__ == "__main__":
    main()
