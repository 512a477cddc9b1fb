"""A port's badges: an SVG, and what shields.io asks an endpoint for."""

from __future__ import annotations

import json

from reports.badges import GREEN, GREY, draw

LABEL = "asyncio event loop"
COLOURS = {"green": GREEN, "orange": "#a14c00", "lightgrey": GREY}


def colour(kept: int, judged: int) -> str:
    """No scale of merit: it keeps all that was judged, or it does not."""
    return "lightgrey" if not judged else "green" if kept == judged else "orange"


def message(release: str, kept: int, judged: int) -> str:
    told = f"{kept} of {judged} documented" if judged else "nothing judged"
    return f"{release}: {told}"


def endpoint(release: str, kept: int, judged: int) -> str:
    """https://shields.io/badges/endpoint-badge, schema version 1."""
    told = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message(release, kept, judged),
        "color": colour(kept, judged),
    }
    return json.dumps(told) + "\n"


def svg(release: str, kept: int, judged: int) -> str:
    return draw(LABEL, message(release, kept, judged), COLOURS[colour(kept, judged)])
