"""The project's own TOML files: read, and what is wrong in one told in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from rig.errors import LooprigError, RigError, nearest

Table = TypeVar("Table", bound=BaseModel)


def read(path: Path, hint: str) -> dict[str, Any]:
    """What the file says. Raises RigError with the hint where it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise RigError(f"{path}: it is not UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise RigError(f"{path}: {error.strerror}", hint) from error
    except tomllib.TOMLDecodeError as error:
        raise RigError(f"{path}: {error}", hint) from error


def load(path: Path, model: type[Table], hint: str) -> Table:
    """The file as this model. Raises RigError, naming file and key, where it does not fit."""
    try:
        return model.model_validate(read(path, hint))
    except ValidationError as error:
        raise explained(path, error, model, hint) from error


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
    *path, last = first["loc"]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        table = _at(model, path)
        known = [name for name in table.model_fields if name not in not_keys]
        return kind(f"{where}: unknown key {key}", nearest(str(last), known))
    if first["type"] == "missing":
        return kind(f"{where}: {key} is missing", hint)
    if first["type"] == "literal_error":
        words = [str(word) for word in get_args(_at(model, first["loc"]))]
        return kind(f"{where}: {key} = {first['input']!r}", nearest(str(first["input"]), words))
    said = first["msg"].removeprefix("Value error, ")
    return kind(f"{where}: {key} = {first['input']!r}: {said[0].lower()}{said[1:]}", hint)


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
