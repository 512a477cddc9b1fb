"""Writes docs/result.schema.json, the JSON Schema of one line of results.jsonl.

python -m reports.schema
"""

from __future__ import annotations

import json
from pathlib import Path

from rig.results import Result

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "result.schema.json"


def schema_text() -> str:
    """The schema as the file holds it."""
    return json.dumps(Result.model_json_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    print(SCHEMA)
