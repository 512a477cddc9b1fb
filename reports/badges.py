"""Badges: a label and a few words as a small SVG that needs no network."""

from __future__ import annotations

from html import escape

from reports.matrix import Matrix, verdicts

GREY, RED, GREEN = "#6b7280", "#a92d1c", "#1f6f43"
PER_LETTER = 6.4
"""Pixels, of Verdana at 11."""


def conformance(table: Matrix) -> str:
    """How many of the verdicts conform."""
    good, judged = verdicts(table.counts)
    text = f"{good} of {judged} conform" if judged else "nothing judged"
    return draw("event loop", text, GREY if not judged else RED if table.unexpected else GREEN)


def draw(label: str, text: str, colour: str) -> str:
    label, text = escape(label), escape(text)
    left, right = 12 + PER_LETTER * len(label), 12 + PER_LETTER * len(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="20" '
        f'role="img" aria-label="{label}: {text}"><title>{label}: {text}</title>'
        f'<rect width="{left + right:.0f}" height="20" rx="3" fill="#3b4148"/>'
        f'<path d="M{left:.0f} 0h{right - 3:.0f}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left:.0f}z" '
        f'fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="7" y="14">{label}</text><text x="{left + 6:.0f}" y="14">{text}</text>'
        "</g></svg>\n"
    )
