"""How often a wait is misjudged, over models of what else is in a current.

    python -m benchmarks.power_noise [DRAWS] [--first SEED] [--held-out]

Each draw is a wait whose truth is known, on one of five boards, beneath one model (3 of 5 draws) or
a mixture of two or three, measured as the rig measures: again at twice and four times the length
where that can help. It prints wrong and undecided by model. Draw k has seed FIRST + k.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.noise_models import HELD_OUT, MODELS, record, scene
from rig.errors import Inconclusive
from rig.power.framing import align
from rig.power.verdict import judge

TRUTHS = ("sleeps", "sleeps", "polls", "polls", "polls", "spins", "spins-last-fifth")


@dataclass(frozen=True)
class Draw:
    seed: int
    models: tuple[str, ...]
    truth: str
    said: str
    why: str

    @property
    def wrong(self) -> bool:
        return self.said not in (self.truth.partition("-")[0], "unclear")


def draw(seed: int, held_out: bool) -> Draw:
    random = np.random.default_rng(seed)
    names = list(HELD_OUT if held_out else MODELS)
    count = int(random.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))
    chosen = list(random.choice(names, count, replace=False))
    if held_out and count > 1:  # a mixture of the unknown with the known
        chosen[1:] = list(random.choice(list(MODELS), count - 1, replace=False))
    truth = str(random.choice(TRUTHS))
    models = tuple(map(str, chosen))
    made = scene(list(models), random)
    said, why = "unclear", ""
    for scale in (1.0, 2.0, 4.0):
        samples, told = record(made, truth, scale)
        try:
            verdict = judge(samples, align(samples, told))
        except Inconclusive as reason:
            why = str(reason)
            continue
        said, why = verdict.kind, verdict.why or str(verdict)
        if said != "unclear" or not verdict.more_helps:
            break
    return Draw(seed, models, truth, said, why)


def _draw(job: tuple[int, bool]) -> Draw:
    return draw(*job)


def table(draws: list[Draw]) -> str:
    """Wrong and undecided by model and truth; a mixture counts for each of its models."""
    lines = [
        "| model | draws | wrong | undecided: sleeps | polls | spins |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[str, list[Draw]] = {}
    for each in draws:
        name = each.models[0] if len(each.models) == 1 else "mixtures"
        groups.setdefault(name, []).append(each)
    for name, members in [*sorted(groups.items()), ("all", draws)]:
        undecided = []
        for truth in ("sleeps", "polls", "spins"):
            of = [d.said == "unclear" for d in members if d.truth.startswith(truth)]
            undecided.append(f"{np.mean(of):.0%}" if of else "")
        wrong = sum(d.wrong for d in members)
        lines.append(f"| {name} | {len(members)} | {wrong} | {' | '.join(undecided)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("draws", type=int, nargs="?", default=10_000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    parser.add_argument("--held-out", action="store_true", help="only models the rule never saw")
    options = parser.parse_args()
    jobs = [(options.first + k, options.held_out) for k in range(options.draws)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        draws = list(pool.map(_draw, jobs, chunksize=20))
    wrong = [d for d in draws if d.wrong]
    print(f"{len(draws)} draws, seeds {jobs[0][0]} to {jobs[-1][0]}: {len(wrong)} wrong\n")
    print(table(draws))
    for d in wrong:
        print(f"\nseed {d.seed}: {d.truth} under {', '.join(d.models)} told {d.said}: {d.why}")
    print("\n", Counter((d.truth, d.said) for d in draws))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
