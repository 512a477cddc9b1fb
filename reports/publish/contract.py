"""What a bundle's file has to be: docs/site.md."""

from __future__ import annotations

import pyarrow as pa

MOST_FILE = 16 * 2**20
"""Bytes of a bundle: a whole run of one board takes half a megabyte."""
MOST_RESULTS = 20_000
VERSION = 1
TEXTS = ("port", "board", "version", "claim", "level", "outcome", "started")
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), ("result", pa.binary())])


class BundleRefused(Exception):
    """Why a bundle is not taken, in a clause that follows its name."""
