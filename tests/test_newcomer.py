"""What was found wrong by trying looprig as a new user would (November 2026), line by line: the
test that holds it now, or a word why there is none."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.bench import load
from rig.claims import ROOT
from rig.run_dir import RunDir
from tests import started
from tests.board_factory import virtual

MADE_UP = "test_mistakes::test_some_mistakes"  # of thousands; the kinds are in tests/mistakes/
HELD = {
    "A1 compare of nothing, or of less": "test_compare_basis::test_a_made_up_name_is_no_sign "
    "test_compare::test_a_board_that_is_gone_is_told "
    "test_compare::test_a_selection_of_claims_is_compared_for_what_it_has",
    "A2 an empty value": f"test_endings::test_an_empty_value_is_an_error {MADE_UP}",
    "A3 a new run that is older": "test_compare_basis::"
    "test_a_new_run_that_is_older_is_said_and_stays_the_new_one",
    "A4 a full disk": "test_endings::test_a_full_disk_is_the_rigs",
    "A5 output that is not UTF-8": "test_endings::test_a_run_whose_output_nobody_can_show",
    "A6 a negative size": "test_figure::test_what_cannot_be_is_no_figure "
    "test_figure::test_a_size_of_nothing_is_no_figure",
    "A7 the last line": "test_endings::test_the_words_say_what_the_code_follows",
    "A9 better by slowness": "test_compare_basis::"
    "test_a_ratio_that_came_right_because_all_got_slower",
    "B1 pip install": "test_wheel::test_it_runs_the_virtual_bench_in_an_empty_folder",
    "B2 runs/ is made where one stands": "test_wheel::"
    "test_it_runs_the_virtual_bench_in_an_empty_folder",
    "B3 --version, -h, completion": f"{MADE_UP} test_completing::test_it_is_offered "
    "test_newcomer::test_python_m_looprig",
    "C1 claims of one's own": "test_suites::test_the_example_conforms_and_its_fault_is_caught "
    "test_outsider::test_without_a_bench_what_needs_a_board_is_skipped",
    "D1 an overlay without a file system": "test_overlays::test_ram_holds_what_files_cannot",
    "D2 doctor without a file system": "test_virtual_files::test_no_file_system_at_all",
    "D3 a bad profile": "test_bad_files::test_board_profiles",
    "D4 a bad expectation": "test_endings::test_expectations_are_checked_before_a_run",
    "D5 a relative port": "test_bench::test_a_relative_port_is_relative_to_its_file",
    "D6 a board on --port has the name that init gives it": "test_newcomer::"
    "test_a_board_on_a_port_is_called_as_init_would",
    "D7 a skeleton of expectations": "test_expect::"
    "test_a_first_run_on_an_unknown_port_makes_the_second_exit_0",
    "D8 found only in mid-run": MADE_UP,
    "E1 events while a device test is written": "test_trace::test_one_test_live",
    "E2 an example that was there already": "adding-a-claim.md says to look first",
    "E3 raw failures": "test_evidence::"
    "test_a_failure_is_told_in_units_and_with_what_was_asked_of_what",
    "F1 --sources GLOB": MADE_UP,
    "F2 run gather.empty": MADE_UP,
    "F3 --list, --json, a live view": "test_answers::test_report_and_compare "
    "test_false_green::test_a_list_of_what_cannot_be_judged_ends_as_the_run_would",
    "F4 400 lines, or none": "test_newcomer::test_a_run_with_nothing_unexpected_is_a_few_lines",
    "F5 summaries that are cut": "test_newcomer::test_summaries_are_whole",
    "F6 how long, and whose ids": "README.md and reading-a-report.md say it",
    "G1 an interval past its maximum": "test_reports_agree::"
    "test_an_interval_past_its_maximum_is_explained_where_it_stands",
    "G2 relative changes around 0": "test_reports_agree::"
    "test_no_relative_change_of_numbers_around_zero",
    "G3 not judged, and never chosen": "test_reports_agree::"
    "test_what_was_never_chosen_is_not_called_not_judged",
    "G4 no meter": "test_reports_agree::test_a_meter_of_an_earlier_run_is_named_on_the_card",
    "G5 a narrow page": "test_reports_browser::test_no_table_is_cut_off",
    "G6 long lists": "test_evidence::test_a_long_list_says_where_it_differs",
    "H1 tracebacks": f"{MADE_UP} test_endings::test_ctrl_c_at_any_moment",
    "H2 --resume with other claims": MADE_UP,
    "H3 --resume of what is finished": "test_resuming::test_what_was_asked_and_when_is_kept "
    "test_resuming::test_nothing_left_is_said_and_changes_nothing",
    "H5 a BOM": MADE_UP,
    "H6 a name with an umlaut": MADE_UP,
    "H7 a file for a port": f"test_cli_errors::test_a_file_is_no_port {MADE_UP}",
    "H8 sentences that say nothing": MADE_UP,
    "H10 -n 0": f"test_cli_errors::test_a_number_of_workers_that_is_none {MADE_UP}",
}


@pytest.mark.parametrize("line", HELD)
def test_each_line_has_its_test(line: str) -> None:
    for named in re.findall(r"(test_\w+)::(test_\w+)", HELD[line]):
        text = (ROOT / "tests" / f"{named[0]}.py").read_text(encoding="utf-8")
        assert re.search(rf"^(def )?{named[1]}\b", text, re.MULTILINE), named
    for page in re.findall(r"[\w-]+\.md", HELD[line]):
        assert (ROOT / page).is_file() or (ROOT / "docs" / page).is_file()
    assert "::" in HELD[line] or ".md" in HELD[line]


def looprig(*words: str, **environment: str) -> str:
    done = started.looprig(*words, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_m_looprig() -> None:
    words = [sys.executable, "-m", "looprig", "--version"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("looprig ")


@pytest.mark.parametrize("columns", ["40", "80", "130"])
def test_summaries_are_whole(columns: str) -> None:
    """Wrapped where they have to be, and not cut."""
    said = " ".join(looprig("--help", COLUMNS=columns).partition("Commands:")[2].split())
    assert "..." not in said
    assert "List the released firmware in the cache that --firmware" in said


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder in which a board was run by its port, and written down by init; and what the run
    said."""
    folder = tmp_path_factory.mktemp("newcomer")
    with virtual(folder / "board") as board:
        port = str(board.port)
        words = ("--claims", "gather.*", "--out", str(folder / "run"))
        said = looprig("run", "--port", port, *words)
        looprig("init", port, "--out", str(folder / "bench.toml"))
        yield folder, said


def test_a_board_on_a_port_is_called_as_init_would(ran: tuple[Path, str]) -> None:
    [info] = RunDir(ran[0] / "run").read().boards
    assert [*load(ran[0] / "bench.toml").board] == [info.name]


def test_a_run_with_nothing_unexpected_is_a_few_lines(ran: tuple[Path, str]) -> None:
    assert len(RunDir(ran[0] / "run").results()) > 20
    assert "nothing unexpected; exit 0" in ran[1]
    assert len(ran[1].splitlines()) < 12, ran[1]
