"""Fewer bytes on the wire: source without what the board throws away, compressed.

Nothing is renamed and no line moves, so a traceback's line numbers are the source's own and
nothing that a script can see of itself changes: only comments, docstrings and spaces go. What
renaming would save, the compression saves as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import sys
import token
import tokenize
import zlib
from functools import cache, lru_cache
from pathlib import Path

import platformdirs

WINDOW_BITS = 12
"""Deflate's window: 4 kB of the board's RAM while it unpacks."""
ESCAPED = {byte: b"\\%o" % byte for byte in (0, 1, 2, 3, 4, 5)} | {
    ord("\n"): b"\\n",
    ord("\r"): b"\\r",
    ord("\\"): b"\\\\",
    ord("'"): b"\\'",
}
"""What a REPL would act on, or the string literal would end at. Octal, as the shortest."""
TO_ESCAPE = re.compile(rb"[\x00-\x05\n\r\\']")
TO_ESCAPE_ASCII = re.compile(rb"[\x00-\x05\n\r\\'\x80-\xff]")
FSTRING = {getattr(token, f"FSTRING_{part}", -1): part for part in ("START", "END")}


def _glued(before: str, after: str) -> bool:
    """Whether two tokens need a space between them."""
    last, first = before[-1:], after[:1]
    word = last.isalnum() or last in "_\"'" or ord(last) > 127
    number_dot = before[:1].isdigit() and first == "."
    other = first.isalnum() or first in "_\"'" or ord(first) > 127
    return (word and other) or number_dot


@lru_cache(maxsize=512)
def shrink(source: str) -> str:
    """`shrunk`, remembered by the source's content from run to run."""
    digest = hashlib.sha256(_own_digest() + source.encode("utf-8", "surrogateescape")).hexdigest()
    kept = folder() / digest
    try:
        return kept.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        small = shrunk(source)
    with contextlib.suppress(OSError):  # a cache that cannot be written is no cache
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_name(f"{digest}.{os.getpid()}")
        new.write_bytes(small.encode("utf-8", "surrogateescape"))
        new.replace(kept)
    return small


@cache
def folder() -> Path:
    """Where what was shrunk is remembered."""
    return platformdirs.user_cache_path("looprig") / "scripts"


@cache
def _own_digest() -> bytes:
    """What this module and this Python's tokenizer made is good for them only."""
    return hashlib.sha256(Path(__file__).read_bytes() + sys.version.encode()).digest()


def shrunk(source: str) -> str:
    """The same program on the same lines in fewer bytes; source that this Python cannot read
    (MicroPython's own syntax, or a test of a syntax error) stays as it is."""
    if "\r" in source:  # the tokenizer would take it for the end of a line
        return source
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    lines = io.StringIO(source).readlines()
    out: list[str] = []
    row, column, before = 1, 0, ""  # how far the source has been taken, and the last token there
    depth = fstring = 0
    statement = True  # the next token starts one
    for index, tok in enumerate(tokens):
        if tok.type in (token.INDENT, token.DEDENT):
            depth += 1 if tok.type == token.INDENT else -1
            continue
        if tok.type in (token.ENDMARKER, tokenize.COMMENT):
            continue
        if tok.type == token.ERRORTOKEN:
            return source
        if tok.type in (token.NEWLINE, tokenize.NL):
            out.append("\n" if tok.string or tok.type == tokenize.NL else "")
            statement = statement or tok.type == token.NEWLINE
            row, column, before = tok.end[0] + 1, 0, ""
            continue
        if fstring or tok.start[0] > row:  # inside an f-string, or after a backslash
            out.append(_between(lines, row, column, tok.start))
        elif statement:
            out.append(" " * depth)
        elif tok.start[1] > column and before and _glued(before, tok.string):
            out.append(" ")
        kind = FSTRING.get(tok.type)
        fstring += (kind == "START") - (kind == "END")
        alone = statement and tok.type == token.STRING and tokens[index + 1].type == token.NEWLINE
        if alone and "f" not in tok.string.lower().partition(tok.string[-1])[0]:
            out.append("0" if tok.end[0] == row else "0" + "\n" * (tok.end[0] - row))
        else:
            out.append(_between(lines, *tok.start, tok.end) if fstring else tok.string)
        statement = False
        row, column, before = *tok.end, tok.string
    return "".join(out)


def _between(lines: list[str], row: int, column: int, end: tuple[int, int]) -> str:
    """The source text from one place to another; rows count from 1."""
    if row == end[0]:
        return lines[row - 1][column : end[1]]
    middle = lines[row : end[0] - 1]
    return lines[row - 1][column:] + "".join(middle) + lines[end[0] - 1][: end[1]]


@lru_cache(maxsize=256)
def deflated(source: bytes) -> tuple[bytes, int]:
    """Raw deflate data and the window bits that unpack them."""
    bits = max(9, min(WINDOW_BITS, len(source).bit_length()))
    packer = zlib.compressobj(9, zlib.DEFLATED, -bits, 9)
    return packer.compress(source) + packer.flush(), bits


def literal(data: bytes, ascii_only: bool = False) -> bytes:
    """A bytes literal that passes a REPL untouched."""

    def escaped(found: re.Match[bytes]) -> bytes:
        byte = found[0][0]
        piece = ESCAPED.get(byte)
        if piece is None:
            return b"\\x%02x" % byte
        digit = data[found.end() : found.end() + 1].isdigit()
        return b"\\%03o" % byte if digit and byte <= 5 else piece

    return b"b'" + (TO_ESCAPE_ASCII if ascii_only else TO_ESCAPE).sub(escaped, data) + b"'"
