"""A port's badges: an SVG, and what shields.io asks an endpoint for."""

from __future__ import annotations

import json
from html import escape

LABEL = "asyncio event loop"
COLOURS = {"green": "#1f6f43", "orange": "#a14c00", "lightgrey": "#5d646c"}


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
    text = escape(message(release, kept, judged))
    left, right = 16 + 6.4 * len(LABEL), 12 + 6.4 * len(text)
    fill = COLOURS[colour(kept, judged)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="20" '
        f'role="img" aria-label="{LABEL}: {text}"><title>{LABEL}: {text}</title>'
        f'<rect width="{left + right:.0f}" height="20" rx="3" fill="#3b4148"/>'
        f'<path d="M{left:.0f} 0h{right - 3:.0f}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left:.0f}z" '
        f'fill="{fill}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="7" y="14">{LABEL}</text><text x="{left + 6:.0f}" y="14">{text}</text>'
        "</g></svg>\n"
    )
