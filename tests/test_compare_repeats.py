"""Repeats a side: runs are what varies, and a verdict rests on all of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

import reports
from rig.results import Outcome
from tests.run_factory import PICO, START, UNIX, Edit, Recipe, change, write_run
from tests.started import looprig

EVENT = "latency.event-wake"


def side(
    home: Path,
    which: int,
    slower: Callable[[int], float] = lambda _: 1.0,
    edit: Callable[[int], Edit | None] = lambda _: None,
    count: int = 5,
    turns: bool = True,
    boards: tuple[object, ...] = (PICO,),
) -> Path:
    """`count` repeats; those of the other side lie between them, if by `turns`."""
    folder = home / ("old", "new")[which]
    for number in range(count):
        at = 2 * number + which if turns else number + which * count
        recipe = Recipe(
            id=f"{folder.name}{number}", seed=100 * which + number, samples=300, kept=True,
            slower=slower(number), edit=edit(number), started=START + timedelta(hours=at),
            boards=boards,  # type: ignore[arg-type]
        )  # fmt: skip
        write_run(folder, recipe)
    return folder


def verdicts(comparison: reports.Comparison) -> dict[str, str]:
    return {
        judged.figure.what: judged.verdict
        for judged in comparison.figures
        if judged.figure.kind == "latency"
    }


def test_five_repeats_tell_slower_faster_and_same(tmp_path: Path) -> None:
    olds = side(tmp_path, 0)
    for home, slower, word in (("s", 1.15, "worse"), ("f", 0.87, "better"), ("e", 1.0, "same")):
        news = side(tmp_path / home, 1, lambda _, slower=slower: slower)  # type: ignore[misc]
        comparison = reports.compare([olds], news)
        assert set(verdicts(comparison).values()) == {word}, home
        assert comparison.exit_code == (1 if word == "worse" else 0)
        assert len(comparison.regressions) == (5 if word == "worse" else 0)
        assert comparison.undecided == []
    assert comparison.headline() == "Nothing changed"
    assert comparison.strict is False


def test_runs_that_differ_by_themselves_tell_less(tmp_path: Path) -> None:
    """Each run's own interval is as narrow as before: it is the spread of runs that counts."""

    def wide(factor: float) -> Callable[[int], float]:
        return lambda number: factor * (1.0, 1.3, 0.8, 1.2, 0.9)[number]

    comparison = reports.compare([side(tmp_path, 0, wide(1))], side(tmp_path, 1, wide(1.15)))
    assert set(verdicts(comparison).values()) == {"cannot be told"}
    assert comparison.regressions == []
    assert comparison.exit_code == 0
    assert "of 8 figures 5 cannot be told" in comparison.headline()
    assert all(judged.least and judged.least > 0.3 for judged in comparison.table()[-5:])
    comparison.strict = True
    assert comparison.exit_code == 3


def test_a_host_that_others_share_is_compared_by_turns(tmp_path: Path) -> None:
    for turns, word in ((True, "worse"), (False, "cannot be told")):
        home = tmp_path / str(turns)
        olds = side(home, 0, turns=turns, boards=(UNIX,))
        news = side(home, 1, lambda _: 1.3, turns=turns, boards=(UNIX,))
        comparison = reports.compare([olds], news)
        assert set(verdicts(comparison).values()) == {word}
        assert ("measured apart" in comparison.basis()) is not turns


def bad(times: int) -> Callable[[int], Edit | None]:
    edit = change("run.reraises", outcome=Outcome.DIVERGES)
    return lambda number: edit if number < times else None


@pytest.mark.parametrize(
    ("before", "after", "kind", "said"),
    [
        (0, 5, "regressions", "conforms 5 of 5 → diverges 5 of 5"),
        (5, 0, "improvements", "diverges 5 of 5 → conforms 5 of 5"),
        (0, 4, "regressions", "diverges 4 of 5, conforms 1 of 5; intermittent"),
        (0, 3, "undecided", "conforms 5 of 5 → diverges 3 of 5, conforms 2 of 5; intermittent"),
        (2, 3, "", "diverges 3 of 5"),
        (2, 0, "", "conforms 5 of 5"),
    ],
)
def test_an_outcome_that_comes_and_goes(
    tmp_path: Path, before: int, after: int, kind: str, said: str
) -> None:
    olds, news = side(tmp_path, 0, edit=bad(before)), side(tmp_path, 1, edit=bad(after))
    comparison = reports.compare([olds], news)
    found = {
        name: getattr(comparison, name) for name in ("regressions", "improvements", "undecided")
    }
    assert [name for name, changes in found.items() if changes] == ([kind] if kind else [])
    told = [each.sentence() for changes in found.values() for each in changes]
    assert any(said in line for line in (*told, *comparison.notes)), told
    assert comparison.exit_code == {"regressions": 1, "undecided": 3}.get(kind, 0)


def test_several_new_runs_are_named_one_by_one(tmp_path: Path) -> None:
    olds, news = side(tmp_path, 0), side(tmp_path, 1, lambda _: 1.2)
    words = [str(olds / f"old{n}") for n in range(5)]
    words += [word for n in range(5) for word in ("--new", str(news / f"new{n}"))]
    done = looprig("compare", *words, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"]) == (1, 1), done.stderr
    assert told["new_runs"] == [f"new{n}" for n in range(5)]
    assert {figure["verdict"] for figure in told["figures"]} >= {"worse"}


def test_a_release_before_is_history_and_names_the_run_that_began_it(tmp_path: Path) -> None:
    """Of three releases with repeats the last old one is compared with; the step lies before it."""
    for release, slower in enumerate((1.0, 1.3, 1.3)):
        for number in range(5):
            recipe = Recipe(
                id=f"r{release}-{number}", boards=(PICO,), seed=10 * release + number, kept=True,
                slower=slower, samples=300, started=START + timedelta(10 * release + number),
                edit=bad(5)(number) if release else None,
            )  # fmt: skip
            write_run(tmp_path / f"r{release}", recipe)
    comparison = reports.compare([tmp_path / "r0", tmp_path / "r1"], tmp_path / "r2")
    assert comparison.regressions == comparison.improvements == comparison.undecided == []
    assert comparison.old == [f"r1-{n}" for n in range(5)]
    steps = {(step.claim, step.what): step for step in comparison.steps}
    outcome, event = steps["run.reraises", ""], steps[EVENT, "Event.set to waiter"]
    for step in (outcome, event):
        assert (step.last_before, step.first_after) == ("r0-4", "r1-0")
    assert event.change == pytest.approx(0.3, abs=0.05)
    assert len(steps) == 6  # five latencies, one outcome, and no current


def test_terminal_page_and_markdown_say_the_same(tmp_path: Path) -> None:
    comparison = reports.compare(
        [side(tmp_path, 0, edit=bad(0))], side(tmp_path, 1, lambda _: 1.2, edit=bad(3))
    )
    console = Console(file=io.StringIO(), width=120)
    comparison.render_terminal(console)
    told = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    markdown = comparison.to_markdown()
    page = comparison.write_html(tmp_path / "compare.html").read_text(encoding="utf-8")
    plain = markdown.replace("&#95;", "_").replace("&#40;", "(").replace("&#41;", ")")
    for text in (told, plain, page):
        assert comparison.headline() in text
        assert comparison.tally() in text
        assert "5 worse" in text
        for judged in comparison.figures:
            if judged.verdict == "worse":
                assert judged.figure.what in text
    assert all(line.count("|") == 9 for line in markdown.splitlines() if "| worse" in line)
