"""How often `looprig compare` is right: false alarms, what it finds, and *same* that is not.

    python -m benchmarks.compare_power [--comparisons 200] [--seed N] [--repeats 5] [--bench RUNS]

Simulated boards (`benchmarks/simulated_board.py`), whose truth is known, are judged by the very
functions that `compare` calls, whole comparisons of 42 figures at a time. With `--bench N` instead
the virtual bench makes N runs of the chapter's figures, `looprig run --repeat N`, and comparisons
are drawn from those: pairs of neighbouring runs, of either of which a coin says which side it is
on, as `looprig ab` would have them; into one side a change is put, sample by sample. It is no
proof, for what such a machine does meanwhile is nobody's to choose: it says what to expect there.

Prints a table in Markdown; exits with 1 if a target of `TARGETS` is missed on the boards it is for.
The seed that is published is used for nothing else: what was tried was tried with others.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

import reports
from benchmarks.simulated_board import (
    COSTS,
    EVERY_WAKE,
    LONG,
    UNSTEADY,
    WAKES,
    WORLDS,
    Array,
    Truth,
    World,
    comparison,
)
from reports.verdicts import Figure, Judged, judge, of_samples

THRESHOLD = 0.1
PUBLISHED = 20261301
FALSE_ALARMS, FOUND, WRONG_SAME = 0.05, 0.9, 0.05
"""The targets: at most of comparisons of equals, at least of seeded changes, at most of these."""
SLOWER, LATE = 0.1, 0.02
CLAIMS = (
    "latency.steady-period",
    "latency.event-to-task",
    "latency.turn-cost",
    "latency.task-costs",
)
"""Which the virtual bench runs: wakes, turns and costs, in a second of board time."""
Draw = Callable[[np.random.Generator, Truth], list[Figure]]


@dataclass
class Row:
    """How often something was said, of how many comparisons or figures."""

    board: str
    what: str
    said: int
    of: int
    least: float = 0.0  # it is to be said so often at least …
    most: float = 1.0  # … and at most
    due: bool = True  # a target is set for this board

    @property
    def share(self) -> float:
        return self.said / self.of

    @property
    def met(self) -> bool:
        return not self.due or self.least <= self.share <= self.most

    def line(self) -> str:
        ends = stats.binomtest(self.said, self.of).proportion_ci(method="exact")
        asked = f"≥ {self.least:.0%}" if self.least else f"≤ {self.most:.0%}"
        verdict = ("met" if self.met else "MISSED") if self.due else "no target"
        return (
            f"| {self.board} | {self.what} | {self.share:.1%} | {ends.low:.1%} … {ends.high:.1%} "
            f"| {self.said} of {self.of} | {asked if self.due else ''} | {verdict} |"
        )


HEAD = [
    "| board | said | share | 95 % | | target | |",
    "| --- | --- | --- | --- | --- | --- | --- |",
]


def names(judged: list[Judged]) -> bool:
    return any(each.verdict in ("worse", "better") for each in judged)


def measured(
    board: str,
    draw: Draw,
    figures: Sequence[int],
    wakes: Sequence[int],
    short: Sequence[int],
    count: int,
    seed: int,
    due: bool,
) -> list[Row]:
    """The rows of one kind of board. `figures` may be slowed, `wakes` may be late, and so may
    those of fewer samples, the `short`."""
    random = np.random.default_rng(seed)
    kinds = ("alarms", "equal", "slow", "shown", "of shown", "same", "late", "short", "all late")
    tallies = dict.fromkeys(kinds, 0)
    of_equals = 0
    for _ in range(count):
        judged = judge(draw(random, Truth()), THRESHOLD)
        tallies["alarms"] += names(judged)
        tallies["equal"] += sum(each.verdict == "same" for each in judged)
        of_equals += len(judged)
    seeded = count
    for _ in range(seeded):
        late = int(random.choice(wakes))
        slow = int(random.choice([figure for figure in figures if figure != late]))
        # both at once: middles and late ends are families of their own, and help each other nothing
        judged = judge(draw(random, Truth(slow, 1 + SLOWER, late, LATE)), THRESHOLD)
        tallies["slow"] += judged[slow].verdict == "worse"
        tallies["same"] += judged[slow].verdict == "same"
        if (judged[slow].least or 1.0) <= SLOWER:
            tallies["of shown"] += 1
            tallies["shown"] += judged[slow].verdict == "worse"
        tallies["late"] += judged[late].verdict == "worse"
        if short:
            late = int(random.choice(short))
            judged = judge(draw(random, Truth(late_in=late, late=LATE)), THRESHOLD)
            tallies["short"] += judged[late].verdict == "worse"
        judged = judge(draw(random, Truth(late_in=EVERY_WAKE, late=LATE)), THRESHOLD)
        tallies["all late"] += any(judged[wake].verdict == "worse" for wake in (*wakes, *short))
    sure = (tallies["shown"], tallies["of shown"])
    rows = [
        Row(board, "equals: anything named", tallies["alarms"], count, most=FALSE_ALARMS),
        Row(board, "equals: a figure is the same", tallies["equal"], of_equals, due=False),
        Row(board, "one figure 10 % slower: found", tallies["slow"], seeded, FOUND, due=due),
        Row(board, "… where the page says that it would have shown", *sure, due=False),
        Row(board, "one figure 10 % slower: the same", tallies["same"], seeded, most=WRONG_SAME),
        Row(board, "every wake, 1 in 50 late: found", tallies["all late"], seeded, FOUND),
        Row(board, "one of 400 wakes a run, 1 in 50 late: found", tallies["late"], seeded, FOUND),
        Row(board, "one of 300 … 40, 1 in 50 late: found", tallies["short"], seeded, due=False),
    ]
    return [row for row in rows if row.of]


def _simulated(world: World, count: int, repeats: int, seed: int) -> list[Row]:
    def draw(random: np.random.Generator, truth: Truth) -> list[Figure]:
        return comparison(world, random, truth, repeats)

    name = f"simulated, {world.name}: runs ± {world.spread:.1%}"
    figures, wakes = range(COSTS + WAKES), range(COSTS, COSTS + WAKES)
    ends = wakes[:LONG], wakes[LONG:]
    return measured(name, draw, figures, *ends, count, seed, world.name != UNSTEADY.name)


def simulated(count: int, repeats: int, seed: int) -> list[Row]:
    """All worlds, each in a process and with a seed of its own."""
    with ProcessPoolExecutor(len(WORLDS)) as pool:
        seeds = range(seed, seed + len(WORLDS))
        sizes = ([number] * len(WORLDS) for number in (count, repeats))
        return [row for rows in pool.map(_simulated, WORLDS, *sizes, seeds) for row in rows]


def benched(runs: int, count: int, repeats: int, seed: int) -> list[Row]:
    """The same, on runs that the virtual bench made now."""
    with tempfile.TemporaryDirectory(prefix="compare-power-") as folder:
        out = Path(folder) / "runs"
        words = ["run", "--board", "unix", "--no-power", "--level", "all", "--quiet"]
        words += [word for claim in CLAIMS for word in ("--claims", claim)]
        words += ["--repeat", str(runs), "--out", str(out)]
        subprocess.run([sys.executable, "-m", "rig", *words], check=False, stdout=sys.stderr)
        loaded = reports.load([out])
        taken = loaded.samples()
    keys = ["claim", "measurement", "occurrence"]
    figures = loaded.measurements[loaded.measurements["unit"] == "s"]
    series: dict[tuple[str, ...], list[Array]] = {}
    for key, rows in figures.sort_values("run_order").groupby(keys):
        found = [taken.loc[taken["row"] == row, "sample"].to_numpy() for row in rows.index]
        if len(found) == runs:
            series["/".join(map(str, key[:2])), str(key[2])] = found
    fewest = [min(map(len, each)) for each in series.values()]
    long = [number for number, samples in enumerate(fewest) if samples >= 400]
    short = [number for number, samples in enumerate(fewest) if 40 <= samples < 400]
    every = [*series.values()]

    def draw(random: np.random.Generator, truth: Truth) -> list[Figure]:
        pairs = random.choice(runs // 2, repeats, replace=False)
        sides = random.integers(2, size=repeats)
        made = []
        for number, runs_of in enumerate(every):
            old = [runs_of[2 * p + s] for p, s in zip(pairs, sides, strict=True)]
            new = [runs_of[2 * p + 1 - s] for p, s in zip(pairs, sides, strict=True)]
            if truth.slow == number:
                new = [run * truth.factor for run in new]
            if truth.late_in == number or (truth.late_in == EVERY_WAKE and fewest[number] >= 40):
                new = [run + 2e-3 * (random.random(len(run)) < truth.late) for run in new]
            was, now, step = of_samples(old, new, "s")
            made.append(Figure("unix", "", str(number), "s", "latency", was, now, (old, new), step))
        return made

    name = f"virtual bench, {runs} runs"
    return measured(name, draw, [*range(len(every))], long, short, count, seed, due=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=PUBLISHED)
    parser.add_argument("--bench", type=int, default=0, metavar="RUNS")
    asked = parser.parse_args()
    numbers = (asked.comparisons, asked.repeats, asked.seed)
    rows = benched(asked.bench, *numbers) if asked.bench else simulated(*numbers)
    print("\n".join([*HEAD, *(row.line() for row in rows)]))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
