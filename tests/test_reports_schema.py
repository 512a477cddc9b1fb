"""The published JSON Schema is the models', and every line the rig writes fits it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from reports.schema import SCHEMA, schema_text
from tests.run_factory import Recipe, write_run


def test_the_published_schema_is_the_models() -> None:
    said = "docs/result.schema.json is not what the models say: python -m reports.schema"
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), said


def test_every_line_fits_the_published_schema(tmp_path: Path) -> None:
    run = write_run(tmp_path, Recipe())
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines():
        validator.validate(json.loads(line))
