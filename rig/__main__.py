"""Entry point of `looprig` and `python -m rig`."""

import os

from rig import start


def main() -> None:
    """Begin before anything that takes long to import."""
    try:
        start.begin()
        from rig.cli import main as command
    except (ImportError, MemoryError, OSError) as error:
        os.write(2, f"looprig: it does not start: {error}; see docs/getting-started.md\n".encode())
        os._exit(3)
    command()


if __name__ == "__main__":
    main()
