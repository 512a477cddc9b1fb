"""The catalogue holds together: sources, claims, device tests and host tests name one another."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections import Counter
from pathlib import Path

import pytest

from rig.board.features import KNOWN
from rig.claims import DEVICE_TESTS, ROOT, catalogue, checked_by, host_tests, sources
from rig.commands.claims import show_claims

HARNESS = {
    "harness",
    "harness_kept",
    "harness_names",
    "harness_times",
    "identify",
    "overlay",
    "overlay_in_ram",
    "remove_tree",
    "power/frame",
}


def judged() -> Counter[str]:
    """How often each claim is marked on a host test."""
    found: Counter[str] = Counter()
    for path in (ROOT / "host").glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for mark in getattr(node, "decorator_list", []):
                if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "claim":
                    found[str(ast.literal_eval(mark.args[0]))] += 1
    return found


@pytest.mark.parametrize("name", list(catalogue()))
def test_a_claim_quotes_a_sentence_of_its_source(name: str) -> None:
    claim = catalogue()[name]
    assert claim.source in sources(), f"{name}: no source {claim.source!r} in claims/sources"
    texts = [sentence.text for sentence in sources()[claim.source].sentence]
    assert any(claim.quote in text for text in texts), (
        f"{name}: no sentence of claims/sources/{claim.source}.toml holds {claim.quote!r}"
    )


def test_every_sentence_is_checked_or_says_why_not() -> None:
    for source in sources().values():
        for sentence, claims in checked_by(source, catalogue()):
            assert bool(claims) != bool(sentence.unchecked), f"{source.name}: {sentence.text}"


def test_every_claim_has_one_host_test() -> None:
    marked = judged()
    assert [name for name in catalogue() if marked[name] != 1] == []
    assert [name for name in marked if name not in catalogue()] == []


def test_the_catalogue_leads_to_each_claims_host_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(host_tests()) == set(catalogue())
    show_claims(["latency.*", "connection.*"])
    said = {line.rpartition(" · ")[2].strip() for line in capsys.readouterr().out.splitlines()}
    assert said >= {"host/test_latency.py", "host/test_cost.py", "host/test_connections.py"}


def test_every_claim_has_its_device_test() -> None:
    missing = [
        (claim.id, claim.device_test)
        for claim in catalogue().values()
        if not (DEVICE_TESTS / f"{claim.device_test}.py").is_file()
    ]
    assert missing == []


def test_every_device_test_is_used() -> None:
    """By a claim, by a host test that a claim leads to, or by the rig itself."""
    users = [*(ROOT / "host").glob("*.py"), *(ROOT / "rig").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in users)
    named = {claim.device_test for claim in catalogue().values()} | HARNESS
    unused = [
        path.relative_to(DEVICE_TESTS).as_posix()
        for path in sorted(Path(DEVICE_TESTS).rglob("*.py"))
        if (name := path.relative_to(DEVICE_TESTS).with_suffix("").as_posix()) not in named
        and not re.search(rf'"({re.escape(name)}|{re.escape(path.stem)})"', text)
    ]
    assert unused == []


def test_every_need_is_a_feature_that_boards_are_asked_for() -> None:
    unknown = {
        (claim.id, need)
        for claim in catalogue().values()
        for need in claim.needs
        if need not in KNOWN
    }
    assert unknown == set()


BLIND_SPOTS = ROOT / "docs" / "blind-spots.md"


def test_every_blind_spot_names_claims_that_there_are() -> None:
    text = BLIND_SPOTS.read_text(encoding="utf-8")
    named = re.findall(r"`([a-z-]+\.[a-z*-]+)`", text)
    assert len(named) > 80
    missing = [name for name in named if not fnmatch.filter(catalogue(), name)]
    assert missing == []
