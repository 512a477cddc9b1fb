"""The project's own TOML files: read, and what is wrong in one told in one sentence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from rig.errors import LooprigError, RigError, nearest

SHOWN = 80
"""Characters of a wrong value that are shown."""
LONGEST = 4 << 20
"""Bytes of a file. A device such as /dev/zero has no end."""
Table = TypeVar("Table", bound=BaseModel)


def read(path: Path, hint: str, kind: type[LooprigError] = RigError) -> dict[str, Any]:
    """What the file says. Raises `kind` with the hint where it is no TOML, or where a value is
    empty: what is not meant is left out."""
    content = parsed(path, hint, kind)
    if (key := empty(content)) is not None:
        raise kind(f"{path}: {key} is empty", "give it a value, or leave it out")
    return content


def parsed(path: Path, hint: str, kind: type[LooprigError] = RigError) -> dict[str, Any]:
    """What the file says, empty values too; read once, for it may be a pipe. Raises `kind`."""
    text = ""
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise kind(f"{path}: it is longer than {LONGEST >> 20} MB", hint)
        text = data.decode("utf-8-sig")  # Notepad begins with a BOM
        content = tomllib.loads(text.replace("\r\n", "\n"))
        if (key := where_text(content, lambda value: "\0" in value)) is not None:
            raise kind(f"{path}: {key} holds a NUL, which no name can", hint)
        return content
    except UnicodeDecodeError as error:
        raise kind(f"{path}: it is not UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise kind(f"{path}: {error.strerror}", hint) from error
    except RecursionError as error:
        raise kind(f"{path}: it is nested too deeply", hint) from error
    except ValueError as error:  # also a number too long to be read
        raise kind(f"{path}: {told(text, error)}", hint) from error


def told(text: str, error: ValueError) -> str:
    """What is wrong with the TOML; a name that TOML takes only in quotes is named."""
    line = re.search(r"at line (\d+)", str(error))
    lines = text.splitlines()
    at = lines[int(line[1]) - 1] if line and int(line[1]) <= len(lines) else ""
    if at.lstrip().startswith("[") and not at.isascii():
        return f"{at.strip()} (line {line[1] if line else 0}): a name is a-z, A-Z, 0-9, - and _"
    return " ".join(str(error).split())


def empty(value: Any) -> str | None:
    """The key of the first empty text within a value, '' for the value itself, None for none."""
    return where_text(value, lambda text: not text.strip())


def where_text(value: Any, wrong: Callable[[str], bool]) -> str | None:
    """The key of the first such text within a value, '' for the value itself, None for none."""
    if isinstance(value, str):
        return "" if wrong(value) else None
    items: Iterable[tuple[object, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        if (found := where_text(inner, wrong)) is not None:
            return f"{key}.{found}".rstrip(".")
    return None


def valid(model: type[Table], content: dict[str, Any]) -> Table:
    """The content as this model, each value of the kind that its key has: `true` is no 1.0, and
    `"5"` no 5, which pydantic would take for it elsewhere. Raises ValidationError."""
    told = json.dumps(content, default=lambda value: [[str(value)]])  # a date is no value of ours
    return model.model_validate_json(told, strict=True)


def load(path: Path, model: type[Table], hint: str, kind: type[LooprigError] = RigError) -> Table:
    """The file as this model. Raises `kind`, naming file and key, where it does not fit."""
    try:
        return valid(model, read(path, hint, kind))
    except ValidationError as error:
        raise explained(path, error, model, hint, kind=kind) from error


def explained(
    where: object,
    error: ValidationError,
    model: type[BaseModel],
    hint: str,
    not_keys: tuple[str, ...] = (),
    kind: type[LooprigError] = RigError,
) -> LooprigError:
    """One sentence for what is wrong; a mistyped key rather than the key that is missing for it.

    `not_keys` are fields of the model that a file does not say, `kind` is the error's: whose file
    it is.
    """
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    if not first["loc"]:  # the table as a whole, as where it is nested too deeply
        return kind(f"{where}: {first['msg'].removeprefix('Value error, ')}", hint)
    *path, last = first["loc"]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        table = _at(model, path)
        known = [name for name in table.model_fields if name not in not_keys]
        if path and last in model.model_fields and last not in not_keys:  # a table ends at the next
            hint = f"{last} stands above the first [[{path[0]}]], or it belongs to that"
            return kind(f"{where}: unknown key {key}", hint)
        return kind(f"{where}: unknown key {key}", nearest(str(last), known))
    if first["type"] == "missing":
        return kind(f"{where}: {key} is missing", hint)
    if first["type"] == "literal_error":
        words = [str(word) for word in get_args(_at(model, first["loc"]))]
        return kind(f"{where}: {key} = {first['input']!r}", nearest(str(first["input"]), words))
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] in ("model_type", "model_attributes_type", "dict_type"):
        inner = key if len(first["loc"]) > 1 else f"{key}.NAME"
        said = f"a table is meant here, [{inner}] with its keys below it"
    shown = repr(first["input"])
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    return kind(f"{where}: {key} = {shown}: {said[0].lower()}{said[1:]}", hint)


def _at(annotation: Any, path: Sequence[str | int]) -> Any:
    """The type that stands at this path within a type: a field of a table, an entry of a `dict`
    whatever its name, an item of a `tuple` or `list`; of `Table | None` the table."""
    if get_origin(annotation) in (Union, UnionType):
        return _at(next(one for one in get_args(annotation) if one is not type(None)), path)
    if not path:
        return annotation
    part, *rest = path
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _at(annotation.model_fields[str(part)].annotation, rest)
    return _at(get_args(annotation)[get_origin(annotation) is dict], rest)
