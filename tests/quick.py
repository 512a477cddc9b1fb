"""Of many like cases `make test` has time for a few; `make test-slow` and CI run the others."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def slow_but(cases: Iterable[str], *quick: str) -> list[object]:
    """Parameters: all of them, those that are not `quick` marked slow."""
    return [case if case in quick else pytest.param(case, marks=pytest.mark.slow) for case in cases]
