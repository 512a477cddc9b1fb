"""Words that a board was told and that no result, report or message may hold."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from rig.board.execution import Event, Execution

HIDDEN = "[secret]"
LONG = 8
"""Characters from which a secret is hidden within other words too: a WPA2 passphrase has so many
(IEEE 802.11i, H.4.1). A shorter one may be a part of any word."""


def scrub(execution: Execution, secrets: Sequence[str]) -> None:
    """Take the secrets out of all that the board said or was given, however they are quoted."""
    pattern = _pattern(secrets)
    if pattern is None:
        return

    def clean(value: Any) -> Any:
        if isinstance(value, Event):
            return dataclasses.replace(value, name=clean(value.name), data=clean(value.data))
        if isinstance(value, str):
            return pattern.sub(HIDDEN, value)
        if isinstance(value, (bytes, bytearray)):
            text = bytes(value).decode("latin-1")
            found = _pattern([secret.encode().decode("latin-1") for secret in secrets])
            assert found is not None
            return found.sub(HIDDEN, text).encode("latin-1")
        if isinstance(value, (list, tuple, set, frozenset)):
            return type(value)(map(clean, value))
        if isinstance(value, dict):
            return {clean(key): clean(item) for key, item in value.items()}
        return value

    for field in dataclasses.fields(execution):
        if field.name != "ended":
            setattr(execution, field.name, clean(getattr(execution, field.name)))


def hidden(text: str, secrets: Sequence[str]) -> str:
    """The text without them, however they are quoted in it."""
    pattern = _pattern(secrets)
    return pattern.sub(HIDDEN, text) if pattern else text


def _pattern(secrets: Sequence[str]) -> re.Pattern[str] | None:
    """What finds each secret as it is and as Python quotes it; None where there is none."""
    forms = {
        form
        for secret in secrets
        if secret
        for form in (secret, repr(secret)[1:-1], ascii(secret)[1:-1], repr(secret.encode())[2:-1])
    }
    words = [
        re.escape(form) if len(form) >= LONG else rf"(?<!\w){re.escape(form)}(?!\w)"
        for form in sorted(forms, key=len, reverse=True)
    ]
    return re.compile("|".join(words)) if words else None
