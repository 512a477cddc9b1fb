"""The project's own TOML files: read, and what is wrong in one told in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from rig.errors import RigError, nearest

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
) -> RigError:
    """One sentence for what is wrong; a mistyped key rather than the key that is missing for it.

    `not_keys` are fields of the model that a file does not say.
    """
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        table = model
        for part in first["loc"][:-1]:
            if isinstance(part, str):
                table = next(_models(table.model_fields[part].annotation), table)
        known = [name for name in table.model_fields if name not in not_keys]
        return RigError(f"{where}: unknown key {key}", nearest(str(first["loc"][-1]), known))
    if first["type"] == "missing":
        return RigError(f"{where}: {key} is missing", hint)
    said = first["msg"].removeprefix("Value error, ")
    return RigError(f"{where}: {key} = {first['input']!r}: {said[0].lower()}{said[1:]}", hint)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables within a field's type, such as those of `tuple[Sentence, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
