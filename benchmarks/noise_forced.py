"""How many waits nobody could tell: what noise and meter hide from one who knows their laws.

    python -m benchmarks.noise_forced [DRAWS] [--first SEED]

The sleeping waits of `python -m benchmarks.power_noise` again, each before an observer who has what
the rule has not: the model of this very draw with all its parameters, from which it draws as many
captures of six seconds as it likes, asleep and polling. It learns from some and is tried on others:

* least polling, 50 µs ten times a second: the sum over the window of the logarithm of how much
  likelier each sample's residue is in a polling window, the residue being what six samples on
  either side do not foretell;
* a wake-up in each sample: the best linear combination of levels of floors and window (Fisher's).

It tells them apart where both sums are eight standard deviations apart, four to either side as the
rule asks it. What it cannot tell is forced; it is a bound from above, for a cleverer one with the
same knowledge may tell more. Draw k has seed FIRST + k, as there.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.noise_scene import Array, Scene, record
from benchmarks.power_noise import draw, drawn, grouped
from rig.errors import Inconclusive
from rig.power.framing import WINDOW_GUARD_S, align, cut, within
from rig.power.levels import SIGMAS
from rig.power.wakes import POLL_HZ

SCALE = 4.0
CAPTURES = 24
SIDE, BINS, STRETCHES = 6, 48, 8
SHRUNK = (0.001, 0.03, 0.3)


Capture = tuple[Array, Array, Array]
Halves = tuple[list[Capture], list[Capture]]


def parts(scene: Scene, kind: str) -> Capture | None:
    """Floor, window and floor of a new capture, in amperes."""
    samples, told = record(scene, kind, SCALE)
    try:
        frame = align(samples, told)
    except Inconclusive:
        return None
    inner = cut(frame.window, WINDOW_GUARD_S)
    window = samples.between(inner.start_s, inner.end_s)
    before, after = (within(samples, floor) for floor in frame.floors)
    return before, window, after


def captures(scene: Scene, kind: str) -> Halves | None:
    """Those it learns from, and those it is tried on; None where most have no frame."""
    found = [each for _ in range(CAPTURES) if (each := parts(scene, kind)) is not None]
    return (found[::2], found[1::2]) if len(found) >= CAPTURES / 2 else None


def sides(part: Array) -> Array:
    """What is beside each sample, shape (n - 2 SIDE, 2 SIDE)."""
    around = np.lib.stride_tricks.sliding_window_view(part, 2 * SIDE + 1)
    return np.delete(around, SIDE, axis=1)


def residues(captures: list[Capture], weights: Array) -> list[Array]:
    windows = [window - np.median(window) for _, window, _ in captures]
    return [window[SIDE:-SIDE] - sides(window) @ weights for window in windows]


def by_wakes(asleep: Halves, polling: Halves) -> float:
    """How many standard deviations apart the likelihood ratio of single samples puts the two."""
    windows = [window - np.median(window) for _, window, _ in asleep[0]]
    known = np.concatenate([sides(window) for window in windows])
    wanted = np.concatenate([window[SIDE:-SIDE] for window in windows])
    little = 1e-9 * float((known**2).sum()) + 1e-18
    weights = np.linalg.solve(known.T @ known + little * np.eye(2 * SIDE), known.T @ wanted)
    quiet, loud = (np.concatenate(residues(each[0], weights)) for each in (asleep, polling))
    inner = np.quantile(np.concatenate([quiet, loud]), np.linspace(0, 1, BINS)[1:-1])
    # Wake-ups are rare: finer where a polling window has more than one that sleeps.
    outer = np.quantile(loud, 1 - np.geomspace(1e-4, 0.05, BINS // 2))
    edges = np.unique(np.concatenate([inner, outer]))
    seen = [np.bincount(np.searchsorted(edges, r), minlength=len(edges) + 1) for r in (loud, quiet)]
    shares = [(each + 1) / (each.sum() + len(each)) for each in seen]
    ratio = np.log(shares[0] / shares[1])
    return apart(
        *(
            np.array([ratio[np.searchsorted(edges, r)].mean() for r in residues(each[1], weights)])
            for each in (asleep, polling)
        )
    )


def levels(capture: Capture) -> Array:
    """Means and medians of stretches of floors and window."""
    before, window, after = capture
    found = [*np.array_split(before, 2), *np.array_split(window, STRETCHES)]
    found += np.array_split(after, 2)
    return np.array([level(each) for level in (np.mean, np.median) for each in found])


def by_level(asleep: Halves, polling: Halves) -> float:
    """How many standard deviations apart the best sum of levels puts the two."""
    learnt, tried = (
        [np.array([levels(one) for one in each[half]]) for each in (asleep, polling)]
        for half in (0, 1)
    )
    moved = learnt[1].mean(axis=0) - learnt[0].mean(axis=0)
    centred = np.concatenate([each - each.mean(axis=0) for each in learnt])
    spread = centred.T @ centred / len(centred)
    best = 0.0
    for share in SHRUNK:
        some = np.eye(len(moved)) * (share * np.trace(spread) / len(moved) + 1e-18)
        weights = np.linalg.solve(spread * (1 - share) + some, moved)
        best = max(best, apart(*(each @ weights for each in tried)))
    return best


def apart(asleep: Array, polling: Array) -> float:
    spread = float(np.sqrt((asleep.var() + polling.var()) / 2))
    between = float(polling.mean() - asleep.mean())
    if spread <= 1e-12 * abs(between):
        return float("inf") if between > 0 else 0.0
    return between / spread


def told(scene: Scene) -> bool:
    """Whether the observer tells sleep from the least polling in this scene."""
    asleep = captures(scene, "sleeps")
    if asleep is None:
        return False
    for hz, way in ((2 * POLL_HZ, by_wakes), (1 / scene.interval_s, by_level)):
        polling = captures(scene, f"polls-{hz}")
        if polling is None or way(asleep, polling) < 2 * SIGMAS:
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("draws", type=int, nargs="?", default=700)
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    options = parser.parse_args()
    found: list[tuple[str, bool, bool]] = []  # model, forced, undecided
    for seed in range(options.first, options.first + options.draws):
        models, truth, made = drawn(seed)
        if truth == "sleeps":
            undecided = draw(seed)[0].said == "unclear"
            found.append((grouped(models), not told(made), undecided))
    print("| model | sleeping | forced | undecided | of these not forced |\n|---|---|---|---|---|")
    for name in [*sorted({name for name, _, _ in found}), "all"]:
        of = [each for each in found if name in (each[0], "all")]
        shares = [np.mean([f for _, f, _ in of]), np.mean([u for _, _, u in of])]
        shares.append(np.mean([u and not f for _, f, u in of]))
        print(f"| {name} | {len(of)} | {' | '.join(f'{share:.0%}' for share in shares)} |")


if __name__ == "__main__":
    main()
