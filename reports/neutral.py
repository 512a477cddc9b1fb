"""Text that boards and meters sent, made harmless for each place that shows it.

A board can print anything: markup, links, spreadsheet formulas, terminal escapes, characters
that turn the reading direction. Nothing here judges the text; it only keeps it text. HTML is
escaped by Jinja2's autoescape and by `textContent` in the pages' own script.
"""

from __future__ import annotations

import re
import unicodedata

# Spelled as Python would; the pictures that Unicode has for them are missing from many fonts.
_SPELLED = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F) if chr(code) not in "\n\t"}
# Bidirectional and zero-width controls can make shown text differ from what was sent.
_HIDDEN = re.compile(
    "[\x80-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """The text with every control and direction character shown instead of obeyed.

    Newlines and tabs stay; a carriage return before a newline goes, as terminals send both.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").translate(_SPELLED)
    return _HIDDEN.sub(lambda found: f"\\u{{{ord(found.group()):x}}}", text)


def one_line(text: str, limit: int = 0) -> str:
    """`visible`, with white space run together, cut to `limit` characters if one is given."""
    text = " ".join(visible(text).split())
    return text[: limit - 1] + "…" if limit and len(text) > limit else text


_FORMULA = re.compile(r"^[\s\ufeff'\"]*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe is put before one."""
    # Judged before control characters are spelled out: a leading tab or return is a trigger too.
    dangerous = text[:1] in "\t\r\n" or _FORMULA.match(text) is not None
    shown = visible(text)
    return "'" + shown if text and dangerous else shown


_MARKDOWN = re.compile(
    r"[\\`*_{}\[\]()#|<>&~$:]|(?<=www)\.|^\d(?=\d*[.)](?:\s|$))|^[-+=]", re.IGNORECASE
)


def markdown(text: str, limit: int = 0) -> str:
    """One line of Markdown that shows the text and means nothing.

    Special characters become numeric entities, which Markdown never takes for structure, not
    even a `|` within a table. An `@` is parted from its name so that it notifies nobody.
    """
    line = one_line(text, limit)
    line = _MARKDOWN.sub(lambda found: f"&#{ord(found.group())};", line)
    return line.replace("@", "&#64;&#8288;")


def markdown_code(text: str, limit: int = 0) -> str:
    """The text in a fixed-width face, as harmless as `markdown`."""
    return f"<code>{markdown(text, limit)}</code>" if text else ""


def xml(text: str) -> str:
    """Text without what XML 1.0 forbids: controls are spelled, non-characters go."""
    text = visible(text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def link(url: str) -> str:
    """The URL if it is one that a page may link to, else an empty string."""
    plain = url.isascii() and url.isprintable() and " " not in url
    return url if plain and url.lower().startswith(("https://", "http://")) else ""
