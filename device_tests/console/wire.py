# Put in front of scripts that read the console's bytes.
import select
import sys

wire = getattr(sys.stdin, "buffer", sys.stdin)


def take_the_rest():
    # What no task read is not for the REPL.
    poller = select.poll()
    poller.register(wire, select.POLLIN)
    while poller.poll(20):
        wire.read(1)
