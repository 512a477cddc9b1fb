"""How often a wait is misjudged, over models of what else is in a current.

    python -m benchmarks.power_noise [DRAWS] [--first SEED] [--unseen] [--rule FILE] [--keep FILE]

Each draw is a wait whose truth is known, on one of five boards, beneath one model (3 of 5 draws) or
a mixture of two or three, measured as the rig measures: again at twice and four times the length
where that can help. It prints wrong and undecided by model. Draw k has seed FIRST + k; `--keep`
writes each as it is done, and goes on from there when it is called again. `--rule` judges by
another version of rig/power/verdict.py beside this one, on the same captures. `--unseen` takes the
models that were written when the rule was done, alone or with others.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.noise_fifth import FIFTH
from benchmarks.noise_fourth import FOURTH
from benchmarks.noise_later import LATER
from benchmarks.noise_meters import INTERVALS, METERS
from benchmarks.noise_models import MODELS
from benchmarks.noise_scene import Scene, record
from benchmarks.noise_unseen import UNSEEN as UNSEEN_BEFORE
from rig.errors import Inconclusive
from rig.meters.samples import Samples
from rig.power.capture import BESIDE
from rig.power.framing import Frame, align
from rig.power.verdict import Verdict, confirm, judge

TRUTHS = ("sleeps", "sleeps", "polls", "polls", "polls", "spins", "spins-last-fifth")
BOARDS = ((15.2e-3, 2.8e-3), (2e-3, 20e-3), (1.3e-3, 22.7e-3), (0.1e-3, 10e-3), (30e-3, 50e-3))
"""Floor and contrast in amperes."""
SEEN = {model.__name__: model for model in (*INTERVALS, *MODELS, *METERS)}
UNSEEN = {"all": (*UNSEEN_BEFORE, *LATER), "fourth": FOURTH, "fifth": FIFTH}
KNOWN = SEEN | {model.__name__: model for group in UNSEEN.values() for model in group}
SCALES = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Draw:
    seed: int
    models: tuple[str, ...]
    truth: str
    said: str
    why: str
    rule: str = ""

    @property
    def wrong(self) -> bool:
        return self.said not in (self.truth.partition("-")[0], "unclear")


def scene(names: Iterable[str], random: np.random.Generator) -> Scene:
    """A board's scene with these models; mostly a little white noise too, as meters have."""
    floor_a, span_a = BOARDS[random.integers(len(BOARDS))]
    told = bool(random.uniform() < 0.5)  # whether its adapter says what it does
    made = Scene(random, floor_a, span_a, gapless=told, wait=int(random.integers(2**32)))
    known = list(KNOWN)
    for name in sorted(names, key=lambda n: known.index(n) >= len(INTERVALS)):
        KNOWN[name](made)
    little = made.size(1e-4, 0.01)
    if random.uniform() < 0.8:
        made.readings.insert(0, lambda c: c + random.normal(0, little, len(c)))
    return made


def drawn(seed: int, unseen: str = "") -> tuple[tuple[str, ...], str, Scene]:
    """The models, the truth and the scene of that draw."""
    random = np.random.default_rng(seed)
    count = int(random.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))
    models = tuple(str(n) for n in random.choice(list(SEEN), count, replace=False))
    if unseen:
        group = UNSEEN[unseen]
        models = (group[random.integers(len(group))].__name__, *models[1:])
    truth = str(random.choice(TRUTHS))
    return models, truth, scene(models, random)


def draw(
    seed: int, unseen: str = "", rules: dict[str, Callable[..., Verdict]] | None = None
) -> list[Draw]:
    """What each rule says of one wait; this program's own has no name."""
    models, truth, made = drawn(seed, unseen)
    framed: list[tuple[Samples, Frame] | Inconclusive] = []  # as far as any rule needed them
    found = []
    for rule, judged in (rules or {"": judge}).items():
        said, why = "unclear", ""
        verdicts: list[Verdict] = []
        for number, scale in enumerate(SCALES):
            if number == len(framed):
                framed.append(_framed(made, truth, scale, BESIDE if number % 2 else 1.0))
            capture = framed[number]
            if isinstance(capture, Inconclusive):
                why = str(capture)
                continue
            verdict = judged(*capture)
            confirm(verdict, verdicts)
            verdicts.append(verdict)
            said, why = verdict.kind, verdict.why or str(verdict)
            if said != "unclear" or not verdict.more_helps:
                break
        found.append(Draw(seed, models, truth, said, why, rule))
    return found


def _framed(
    made: Scene, truth: str, scale: float, faster: float
) -> tuple[Samples, Frame] | Inconclusive:
    samples, told = record(made, truth, scale, faster)
    try:
        return samples, align(samples, told)
    except Inconclusive as reason:
        return reason


def _draw(seed: int, unseen: str, other: str | None) -> list[Draw]:
    rules: dict[str, Callable[..., Verdict]] = {"": judge}
    if other:
        spec = importlib.util.spec_from_file_location("other_verdict", other)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["other_verdict"] = module
        spec.loader.exec_module(module)
        rules[Path(other).name] = module.judge
    return draw(seed, unseen, rules)


def grouped(models: tuple[str, ...]) -> str:
    return models[0] if len(models) == 1 else "mixtures"


def table(draws: list[Draw]) -> str:
    """Wrong and undecided by model and truth; mixtures are one row."""
    lines = [
        "| model | draws | wrong | undecided: sleeps | polls | spins |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[str, list[Draw]] = {}
    for each in draws:
        groups.setdefault(grouped(each.models), []).append(each)
    for name, members in [*sorted(groups.items()), ("all", draws)]:
        undecided = []
        for truth in ("sleeps", "polls", "spins"):
            of = [d.said == "unclear" for d in members if d.truth.startswith(truth)]
            undecided.append(f"{np.mean(of):.0%}" if of else "")
        wrong = sum(d.wrong for d in members)
        lines.append(f"| {name} | {len(members)} | {wrong} | {' | '.join(undecided)} |")
    return "\n".join(lines)


def kept(path: Path | None) -> list[Draw]:
    """The draws that a run before this one has written, whole ones only."""
    if path is None or not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue  # it was being written when that run ended
        found.append(Draw(**{**read, "models": tuple(read["models"])}))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("draws", type=int, nargs="?", default=10_000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    parser.add_argument(
        "--unseen", nargs="?", const="all", default="", choices=[*UNSEEN], help="models held out"
    )
    parser.add_argument("--rule", help="another verdict.py, to be compared with")
    parser.add_argument("--keep", type=Path, help="JSON lines: go on from there")
    options = parser.parse_args()
    wanted = range(options.first, options.first + options.draws)
    draws = [d for d in kept(options.keep) if d.seed in wanted]
    done = {d.seed for d in draws}
    began = time.monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        todo = [seed for seed in wanted if seed not in done]
        for found in pool.map(
            partial(_draw, unseen=options.unseen, other=options.rule), todo, chunksize=20
        ):
            draws += found
            if options.keep:
                with options.keep.open("a", encoding="utf-8") as out:
                    out.writelines(json.dumps(asdict(d)) + "\n" for d in found)
    seconds = time.monotonic() - began
    own = [d for d in draws if not d.rule]
    for rule in sorted({d.rule for d in draws}):
        judged = [d for d in draws if d.rule == rule]
        wrong = [d for d in judged if d.wrong]
        print(f"{rule or 'this rule'}: {len(judged)} draws, {len(wrong)} wrong\n")
        print(table(judged), "\n")
        for d in wrong if not rule else []:
            print(f"seed {d.seed}: {d.truth} under {', '.join(d.models)} told {d.said}: {d.why}")
    print(f"seeds {wanted[0]} to {wanted[-1]}, {len(todo)} of them now, in {seconds:.0f} s")
    raise SystemExit(1 if any(d.wrong for d in own) else 0)


if __name__ == "__main__":
    main()
