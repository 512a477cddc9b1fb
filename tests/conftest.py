"""The rig's own tests interrupt what they start, also where this process was started with SIGINT
ignored (in the background, by nohup, by some CI), which children would inherit."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
