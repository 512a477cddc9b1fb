"""The published schemas: `python -m rig.answers.schemas` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rig.answers import judging, reading, setting_up
from rig.answers.answer import Answer, Failed
from rig.claims import ROOT

SCHEMAS = ROOT / "docs" / "schemas"

ANSWERS: dict[str, type[Answer]] = {
    "ab": judging.Turns,
    "boards": setting_up.Boards,
    "claims": reading.Claims,
    "claims-sources": reading.Sources,
    "compare": reading.Compare,
    "doctor": setting_up.Doctor,
    "error": Failed,
    "expect": reading.Expect,
    "export": reading.Export,
    "faults": reading.Faults,
    "firmware": setting_up.Firmware,
    "init": setting_up.Init,
    "prove": judging.Prove,
    "report": reading.Report,
    "reproduce": reading.Reproduce,
    "run": judging.Run,
    "run-list": judging.Listed,
    "run-repeat": judging.Repeats,
    "site": reading.Site,
    "upstream": judging.Upstream,
    "virtual": setting_up.Virtual,
}


def schema(name: str) -> str:
    """A document's schema as its file holds it."""
    made: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ANSWERS[name].model_json_schema(mode="serialization"),
    }
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


def path(name: str) -> Path:
    return SCHEMAS / f"{name}.json"


if __name__ == "__main__":
    SCHEMAS.mkdir(exist_ok=True)
    for each in ANSWERS:
        path(each).write_text(schema(each), encoding="utf-8")
