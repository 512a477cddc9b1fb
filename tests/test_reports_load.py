"""Loading: what fits goes in, what does not is named and left out."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import reports
from reports import captures
from rig.results import BoardInfo, Outcome, Result
from tests.run_factory import CLAIMS, ESP, PICO, START, UNIX, Recipe, change, write_run


def test_a_run_becomes_frames(tmp_path: Path) -> None:
    run = write_run(tmp_path, Recipe(boards=(UNIX, PICO, ESP)))
    loaded = reports.load([run])
    assert loaded.problems == []
    assert loaded.results.shape[0] == 3 * len(CLAIMS)
    assert loaded.results["board"].unique().tolist() == ["unix", "pico", "esp32"]
    assert loaded.power.shape[0] == 6  # the third board has no meter
    assert set(loaded.power["source"]) == {"modelled", "measured"}
    assert loaded.measurements["unit"].unique().tolist() == ["s"]
    divergent = loaded.results.query("outcome == 'diverges'")
    assert divergent["expected_divergence"].tolist() == [True]
    energy = loaded.power.query("board == 'pico'")["energy_j"]
    assert energy.notna().all()
    assert loaded.power.query("board == 'unix'")["energy_j"].isna().all()


def test_the_whole_result_is_read_again_from_its_line(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    loaded = reports.load([run])
    lines = (run / "results.jsonl").read_text(encoding="utf-8").splitlines()
    whole = dict(loaded.whole(loaded.results.iloc[[0, 7, -1]]))
    assert sorted(whole) == [0, 7, len(lines) - 1]
    for row, result in whole.items():
        assert result == Result.model_validate_json(lines[row])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("{not json", "line 3: Invalid JSON"),
        ("[]", "line 3: Input should be an object"),
        ('{"claim": "x", "board": "unix"}', "line 3: outcome: Field required"),
        ('{"claim": "x", "board": "unix", "outcome": "fine"}', "line 3: outcome: Input should be"),
        ('{"claim": 1, "board": "unix", "outcome": "conforms"}', "line 3: claim: Input should be"),
        ('{"claim": "x", "board": "b", "outcome": "conforms", "new": 1}', "line 3: new: Extra"),
        ("\xff\xfe", "line 3: Invalid JSON"),
    ],
)
def test_a_damaged_line_is_named_and_the_rest_goes_on(
    tmp_path: Path, damage: str, said: str
) -> None:
    run = write_run(tmp_path)
    path = run / "results.jsonl"
    lines = path.read_bytes().splitlines()
    lines[2] = damage.encode("latin-1")
    path.write_bytes(b"\n".join(lines) + b"\n")
    loaded = reports.load([run])
    assert loaded.results.shape[0] == len(CLAIMS) - 1
    (problem,) = loaded.problems
    assert said in problem
    assert problem.endswith("the line is left out")
    reports.write_site(loaded, tmp_path / "report")


def test_a_run_killed_in_mid_line_keeps_what_it_had(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    path = run / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-100])
    loaded = reports.load([run])
    assert loaded.results.shape[0] == len(CLAIMS) - 1
    assert loaded.problems == [
        f"{path}: line {len(CLAIMS)}: is cut off; the line is left out",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "run.json is missing"),
        ("", "is not whole JSON"),
        ("[1, 2]", "has no schema_version"),
        ('{"looprig": "1", "id": "x", "started": ""}', "has no schema_version"),
        ('{"schema_version": 99}', "schema_version 99, and this looprig reads 1"),
        ('{"schema_version": 1, "id": "x"}', "looprig: Field required"),
        ("[" * 100_000, "left out"),
    ],
)
def test_a_damaged_run_is_named_and_the_others_go_on(
    tmp_path: Path, content: str | None, said: str
) -> None:
    good = write_run(tmp_path, Recipe(id="good"))
    bad = write_run(tmp_path, Recipe(id="bad"))
    if content is None:
        (bad / "run.json").unlink()
    else:
        (bad / "run.json").write_text(content, encoding="utf-8")
    loaded = reports.load([bad, good])
    assert loaded.runs["run"].tolist() == ["good"]
    (problem,) = loaded.problems
    assert said in problem
    assert str(bad) in problem


def test_no_run_at_all_is_an_empty_report(tmp_path: Path) -> None:
    loaded = reports.load([tmp_path / "nowhere", tmp_path])
    assert len(loaded.problems) == 2
    page = reports.write_site(loaded, tmp_path / "report")
    assert "Nothing was judged" in page.read_text(encoding="utf-8")


def test_a_directory_of_runs_is_all_of_them_once(tmp_path: Path) -> None:
    for number in range(3):
        write_run(tmp_path, Recipe(id=f"run-{number}"))
    loaded = reports.load([tmp_path, tmp_path / "run-1"])
    assert loaded.runs["run"].tolist() == ["run-0", "run-1", "run-2"]


def test_runs_stand_in_the_order_they_were_made(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        write_run(tmp_path, Recipe(id=f"r{9 - number}", started=START + timedelta(days=number)))
    loaded = reports.load([tmp_path])
    assert loaded.runs["run"].tolist() == ["r9", "r8", "r7"]


def test_two_runs_of_one_id_stay_two(tmp_path: Path) -> None:
    first = write_run(tmp_path / "a")
    second = write_run(tmp_path / "b")
    loaded = reports.load([first, second])
    assert loaded.runs["run"].nunique() == 2
    assert loaded.results.shape[0] == 2 * len(CLAIMS)


def test_boards_that_share_only_a_name_are_not_taken_for_one(tmp_path: Path) -> None:
    other = PICO.model_copy(update={"unique_id": "e66141047345ab12"})
    write_run(tmp_path, Recipe(id="a", boards=(PICO,)))
    write_run(
        tmp_path,
        Recipe(
            id="b",
            boards=(other,),
            started=START + timedelta(1),
            edit=change("run.reraises", outcome=Outcome.DIVERGES),
        ),
    )
    loaded = reports.load([tmp_path])
    assert loaded.results["board"].nunique() == 2
    labels = loaded.results["board"].unique().tolist()
    assert len(labels) == 2
    assert all(label.startswith("pico (") for label in labels)
    page = reports.write_site(loaded, tmp_path / "report").read_text(encoding="utf-8")
    assert "1 unexpected divergence" in page  # the later run does not hide the earlier board


def test_a_new_release_on_the_same_board_is_the_same_board(tmp_path: Path) -> None:
    newer = UNIX.model_copy(update={"version": "1.30.0", "machine": "linux [GCC 15] version"})
    write_run(tmp_path, Recipe(id="a"))
    write_run(tmp_path, Recipe(id="b", boards=(newer,), started=START + timedelta(1)))
    assert reports.load([tmp_path]).results["board"].unique().tolist() == ["unix"]


def test_a_board_that_never_identified_itself_is_the_one_of_its_name(tmp_path: Path) -> None:
    write_run(tmp_path, Recipe(id="a", boards=(PICO,)))
    lost = BoardInfo(name="pico", lost="no answer")
    write_run(tmp_path, Recipe(id="b", boards=(lost,), started=START + timedelta(1)))
    assert reports.load([tmp_path]).results["board"].unique().tolist() == ["pico"]


def test_a_board_under_an_overlay_is_not_the_board_itself(tmp_path: Path) -> None:
    write_run(tmp_path, Recipe(id="a"))
    later = START + timedelta(1)
    write_run(tmp_path, Recipe(id="b", overlay="/x/faults/spins", started=later))
    loaded = reports.load([tmp_path])
    assert loaded.results["board"].unique().tolist() == ["unix", "unix with spins"]
    assert loaded.results["identity"].unique().tolist() == ["unix"]


def test_contradicting_verdicts_within_a_run_are_told(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    path = run / "results.jsonl"
    first = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    first["outcome"] = "diverges"
    with path.open("a") as file:
        file.write(json.dumps(first) + "\n")
    (problem,) = reports.load([run]).problems
    assert "was judged twice: conforms, then diverges" in problem


@pytest.mark.parametrize("damage", ["missing", "cut", "elsewhere", "empty"])
def test_a_damaged_capture_costs_its_chart_alone(tmp_path: Path, damage: str) -> None:
    run = write_run(tmp_path)
    capture = run / "captures" / "unix-sleep-sleeps.parquet"
    if damage == "missing":
        capture.unlink()
    elif damage == "cut":
        capture.write_bytes(capture.read_bytes()[:2000])
    elif damage == "empty":
        capture.write_bytes(b"")
    else:
        path = run / "results.jsonl"
        text = path.read_text(encoding="utf-8").replace(
            "captures/unix-sleep-sleeps.parquet", "../../etc/passwd"
        )
        path.write_text(text, encoding="utf-8")
    loaded = reports.load([run])
    assert loaded.results.shape[0] == len(CLAIMS)
    (problem,) = loaded.problems
    assert "the result is kept, the chart left out" in problem
    assert "The capture" in reports.write_site(loaded, tmp_path / "report").read_text(
        encoding="utf-8"
    )


def test_an_envelope_loses_no_spike(tmp_path: Path) -> None:
    import numpy as np

    current = np.full(100_001, 1e-3)
    current[77_777] = 0.5
    current[33_333] = -0.1
    current[5] = np.inf
    about = captures.Description(interval_s=1e-4, source="modelled")
    drawn = captures.envelope(current, about, 2000)
    assert len(drawn.low) + len(drawn.high) <= 2000
    assert max(value for value in drawn.high if value is not None) == 0.5
    assert min(value for value in drawn.low if value is not None) == -0.1
    assert drawn.out_of_range == 1
    assert drawn.high[round(77_777 * 1e-4 / drawn.step_s)] == 0.5


def test_reports_are_lazy_and_need_no_pytest() -> None:
    program = (
        "import sys, reports; assert 'pandas' not in sys.modules, 'pandas';"
        "reports.load, reports.write_site, reports.compare, reports.terminal_matrix;"
        "assert 'pandas' in sys.modules;"
        "bad = {m.split('.')[0] for m in sys.modules} & {'pytest', 'fixtures', 'host'};"
        "rig = {m for m in sys.modules if m.startswith('rig.')};"
        "known = {'rig.results', 'rig.errors', 'rig.ending', 'rig.streams', 'rig.whole'};"
        "known |= {'rig.distribution'};"
        "assert not bad and rig <= known, (bad, rig)"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
