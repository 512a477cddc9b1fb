"""Waits on a virtual board with a virtual meter, from the device test to the verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from fixtures.power import Power
from rig.bench import MeterEntry, PowerProfile
from rig.board.board import Board
from rig.claims import catalogue
from rig.errors import Inconclusive, RigError, UsageError
from rig.faults import fault, names, written
from rig.floors import code
from rig.meters.instrument import ScpiMeter
from rig.power.record import KEY
from rig.results import Outcome
from rig.stations import MeterStation, Station
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter
from tests.busy import busy
from tests.quick import slow_but
from tests.test_faults import host_tests
from tests.virtual_boards import identified

PROFILE = PowerProfile(floor="raw-wait", supply="3.3 V")


@dataclass
class Rig:
    """A virtual board whose waits can be judged."""

    virtual: VirtualBoard
    board: Board
    folder: Path

    def break_loop(self, name: str) -> None:
        """Put the fault of that name under what is run from now on; none for no name."""
        self.board.overlay = None
        if name:
            self.board.put_overlay(str(written([fault(name)], self.folder / "faults" / name)))

    def power(self, meter: ScpiMeter, profile: PowerProfile = PROFILE, claim: str = "") -> Power:
        found = catalogue()[claim or "power.sleep-sleeps"]
        record = Record(found, self.board.info, self.folder / "captures", self.folder)
        under_test = BoardUnderTest(self.board)
        under_test.record = record
        entry = MeterEntry(kind="virtual")
        station = Station(
            name="unix",
            kind="virtual",
            port=str(self.virtual.port),
            power=profile,
            meter=MeterStation(name="m", entry=entry, resource=meter.name, modelled=True),
        )
        return Power(under_test, meter, station, record)

    @contextmanager
    def meter(self, **options: Any) -> Iterator[ScpiMeter]:
        """A virtual meter of this board."""
        process = VirtualMeter(self.virtual.pid_file, options)
        try:
            meter = ScpiMeter(process.wait_ready(), modelled=True)
            yield meter
            meter.close()
        finally:
            process.stop()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("power")
    with identified("unix", folder) as (virtual, board):
        yield Rig(virtual, board, folder)


@pytest.fixture(scope="module")
def meter(rig: Rig) -> Iterator[ScpiMeter]:
    with rig.meter() as meter:
        yield meter


@pytest.fixture(autouse=True)
def _no_overlay(rig: Rig) -> None:
    rig.board.overlay = None


def outcome(rig: Rig, meter: ScpiMeter, claim: str, broken: str = "") -> Outcome:
    """The outcome of a power claim, as its host test gives it."""
    rig.break_loop(broken)
    power = rig.power(meter, claim=claim)
    try:
        host_tests()[claim](power=power)
    except Exception as error:
        return power.record.result(error, None).outcome
    return Outcome.CONFORMS


# -- the good board, and the broken ones ----------------------------------------------------------

POWER_CLAIMS = [name for name, claim in catalogue().items() if claim.power]


@pytest.mark.parametrize(
    "claim",
    slow_but(POWER_CLAIMS, "power.sleep-sleeps", "power.event-sleeps", "power.flag-does-not-spin"),
)
def test_the_good_board_is_not_accused(claim: str, rig: Rig, meter: ScpiMeter) -> None:
    found = outcome(rig, meter, claim)
    if found is Outcome.INCONCLUSIVE:  # the other workers had the processor: no accusation
        found = outcome(rig, meter, claim)
    assert found is Outcome.CONFORMS


@pytest.mark.parametrize("name", slow_but(names("power"), "power-spins-always", "power-polls-1ms"))
def test_a_power_fault_is_caught(name: str, rig: Rig, meter: ScpiMeter) -> None:
    for claim in fault(name).caught_by:
        assert outcome(rig, meter, claim, name) is Outcome.DIVERGES, claim


@pytest.mark.slow
def test_with_both_cores_busy(rig: Rig, meter: ScpiMeter) -> None:
    with busy():
        assert outcome(rig, meter, "power.sleep-sleeps") is Outcome.CONFORMS
        assert outcome(rig, meter, "power.many-sleeps-sleep") is Outcome.CONFORMS
        spins, polls = "power-spins-always", "power-polls-10ms"
        assert outcome(rig, meter, "power.sleep-sleeps", spins) is Outcome.DIVERGES
        assert outcome(rig, meter, "power.sleep-sleeps", polls) is Outcome.DIVERGES


# -- the record -----------------------------------------------------------------------------------


def test_the_record_and_the_capture_say_what_the_judgement_rests_on(
    rig: Rig, meter: ScpiMeter
) -> None:
    power = rig.power(meter)
    power.judge("power/sleep")
    (record,) = power.record.powers
    assert (record.kind, record.source, record.supply_v) == ("sleeps", "modelled", 3.3)
    assert record.window_a == pytest.approx(1.3e-3, rel=0.02)
    assert record.busy_a == pytest.approx(24e-3, rel=0.1)
    assert record.charge_c == pytest.approx(record.window_a * record.duration_s)
    assert record.capture is not None
    table = pq.read_table(rig.folder / record.capture)
    about = json.loads(table.schema.metadata[KEY])
    assert table.column_names == ["current_a"]
    assert table.num_rows * about["interval_s"] > 2.0
    labels = [window["label"] for window in about["windows"]]
    assert labels == ["settle", "busy", "floor", "busy", "floor", "busy", "tail", "window"]
    assert about["floor_a"] == record.floor_a


def test_a_second_capture_of_one_claim_has_a_file_of_its_own(rig: Rig, meter: ScpiMeter) -> None:
    power = rig.power(meter)
    for _ in range(2):
        power.judge("power/sleep", window_s=0.6)
    first, second = (record.capture for record in power.record.powers)
    assert first != second


# -- profiles -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_floor_that_spins_is_no_floor(rig: Rig, meter: ScpiMeter) -> None:
    # idle() of this port returns at once: the board's every sleep is broken.
    power = rig.power(meter, PowerProfile(floor="idle"))
    with pytest.raises(Inconclusive, match=r"pulse .* was not found|only .* times"):
        power.judge("power/sleep", window_s=0.4)


def test_a_floor_above_the_profiles_limit_is_said_to_be(rig: Rig) -> None:
    profile = PowerProfile(floor="raw-wait", floor_max="1 mA")
    with rig.meter(floor=2e-3) as meter, pytest.raises(Inconclusive, match="no usable floor"):
        rig.power(meter, profile).judge("power/sleep", window_s=0.6)


def test_a_sleep_above_the_profiles_limit_does_not_pass(rig: Rig) -> None:
    profile = PowerProfile(floor="raw-wait", floor_max="5 mA", idle_max="1.5 mA")
    with rig.meter(floor=2e-3) as meter, pytest.raises(Inconclusive, match="idle_max"):
        rig.power(meter, profile).judge("power/sleep", window_s=0.6)


def test_an_unknown_floor() -> None:
    with pytest.raises(UsageError, match="did you mean 'lightsleep'"):
        code("lightsleap")


def test_every_floor_is_python() -> None:
    from rig.floors import FLOORS

    for text in FLOORS.values():
        compile(text, "floor", "exec")


# -- meters in trouble ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"busy": 200e-3}, "out of the meter's range"),
        ({"noise": 3e-3, "floor": 15.2e-3, "busy": 18e-3}, "pulse|noise|R may be"),
        ({"misbehave": "lost"}, "shorter|was not found|busy and floor are|without a word"),
    ],
)
def test_inconclusive_says_why(options: dict[str, Any], said: str, rig: Rig) -> None:
    with rig.meter(**options) as meter, pytest.raises(Inconclusive, match=said):
        rig.power(meter).judge("power/sleep", window_s=0.5)


def test_samples_lost_without_a_word(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rig.power.capture.ATTEMPTS", 1)
    said = r"the meter lost \d+ samples \(\d\.\d%\) without a word"
    with rig.meter(misbehave="thin") as meter, pytest.raises(Inconclusive, match=said) as error:
        rig.power(meter).judge("power/sleep", window_s=2.0)
    assert error.value.capture.samples.lost > 30  # type: ignore[attr-defined]


@pytest.mark.parametrize("misbehaviour", ["truncate", "garbage", "drop"])
def test_a_broken_fetch_is_the_rigs_fault_and_the_run_goes_on(
    misbehaviour: str, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.meters.dialects.keysight_34465a.FETCH_S", 0.5)
    with rig.meter(misbehave=misbehaviour) as broken:
        power = rig.power(broken)
        with pytest.raises(RigError):
            power.judge("power/sleep", window_s=0.3)
    assert rig.board.run("identify", features={}).damage == []


@pytest.mark.parametrize(
    "dialect",
    [
        "generic",
        pytest.param("siglent-sdm", marks=pytest.mark.slow),
        pytest.param("yokogawa-wt300", marks=pytest.mark.slow),
    ],
)
def test_a_meter_of_means_judges_spinning_only(dialect: str, rig: Rig) -> None:
    with rig.meter(dialect=dialect) as meter:
        with pytest.raises(Inconclusive, match="means only"):
            rig.power(meter).judge("power/sleep", window_s=0.8)
        rig.break_loop("power-spins-always")
        assert rig.power(meter).judge("power/sleep", window_s=0.8).kind == "spins"


def test_a_capture_without_a_frame_is_kept_too(rig: Rig) -> None:
    with rig.meter(busy=200e-3) as meter:
        power = rig.power(meter, claim="power.gather-sleeps")
        with pytest.raises(Inconclusive):
            power.judge("power/sleep", window_s=0.3)
    file = rig.folder / "captures" / "unix.power.gather-sleeps.parquet"
    about = json.loads(pq.read_table(file).schema.metadata[KEY])
    assert about["overrange"] > 0
    assert about["windows"] == []
