"""From any state that a board can be in to a clean raw prompt, right after its port was opened.

Opening resets many a board, and what is typed while its ROM starts is lost; its main.py may catch
every Ctrl-C but those that come before it runs. So Ctrl-C comes in a stream from the first moment,
with now and then the question for the raw prompt. How long that goes on depends on what the board
shows: nothing at all, words that no prompt follows, or that it boots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rig.board.link import RAW_PROMPT, SEEN, Link
from rig.board.port import Silence

FLOOD_S = 0.02
"""Between Ctrl-Cs: the window before main.py is some 100 ms."""
ASK_S = 0.25
ANSWER_S = 1.0
BOOT_QUIET_S = 20.0
"""Silence of a board that was seen to boot: its boot.py connects to a network."""
BOOT_S = 60.0
"""The longest boot.py that people tell of: mu-editor/mu 1305, 30 to 60 s on an M5Stack."""
BOOT_WORDS = 1 << 16
"""What a boot prints is less; more is a program that prints and does not stop."""
RESTARTS = 8
"""Boots seen while waiting: the board restarts by itself, and it will not end."""
ROM = re.compile(rb"rst:0x|ESP-ROM:|\bets (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ")
BOOTS = re.compile(ROM.pattern + rb"|soft reboot|[\x80-\xff]{8}")
"""What shows that a board boots. Eight bytes in a row that are no ASCII: its ROM at 74880 baud."""
IN_ROM = re.compile(rb"waiting for download|DOWNLOAD_?BOOT|DOWNLOAD\(")
NO_FIRMWARE = re.compile(rb"invalid header: 0x|csum err|flash read err|No bootable app|ets_main\.c")


@dataclass(frozen=True)
class Patience:
    """Seconds for a board that says nothing at all, and for one that talks but has no prompt."""

    quiet_s: float
    talk_s: float

    def scaled(self, scale: float) -> Patience:
        return Patience(self.quiet_s * scale, self.talk_s * scale)


FIRST = Patience(5.0, 10.0)


def arrive(link: Link, patience: Patience, scale: float = 1.0) -> float:
    """Come to the raw prompt; returns how many seconds that took.

    Raises Silence with what was seen when patience is at its end, Disconnected for a port that
    goes away.
    """
    began = last = link.clock.now()
    seen = b""
    words = asks = 0
    ask_at = began
    while True:
        now = link.clock.now()
        if now >= ask_at:
            link.send(b"\r\x03\r\x01")
            asks += 1
            ask_at = now + ASK_S
        else:
            link.send(b"\x03")
        data = link.read_some(min(ask_at, now + FLOOD_S))
        if data:
            last = link.clock.now()
            words += len(data)
            seen = (seen + data)[-SEEN:]
        # boot.py may print a prompt of its own: only an answer makes it one
        if seen.endswith(RAW_PROMPT) and (asks == 1 or answers(link, ANSWER_S * scale)):
            link.in_raw_repl = True
            return link.clock.now() - began
        reason = over(seen, words, link.clock.now() - began, last - began, patience, scale)
        if reason:
            raise Silence(reason, seen)


def answers(link: Link, seconds: float) -> bool:
    """Whether the raw REPL answers, and with all that came before taken in."""
    try:
        link.challenge(link.clock.by(seconds))
    except Silence as error:
        link.unread(error.seen[-len(RAW_PROMPT) + 1 :])
        return False
    return True


def over(
    seen: bytes, words: int, waited: float, last: float, patience: Patience, scale: float
) -> str:
    """Why to wait no longer, '' while there is reason to. `waited` and `last` are since the
    beginning: now, and when something came."""
    if IN_ROM.search(seen) or NO_FIRMWARE.search(seen):
        return "a prompt of a board that runs its firmware" if waited - last > 0.5 * scale else ""
    boots = BOOTS.search(seen) and words < BOOT_WORDS
    if len(ROM.findall(seen)) >= 2 * RESTARTS:
        return "the raw REPL's prompt of a board that restarts again and again"
    if boots and waited - last < BOOT_QUIET_S * scale and waited < BOOT_S * scale:
        return ""
    limit = patience.talk_s if words else patience.quiet_s
    if waited < limit and (not words or waited - last < patience.quiet_s):
        return ""
    return "the raw REPL's prompt"
