# A stretch of time by the board's clock; the host takes the same one by its own.
since = _us()
try:
    from time import ticks_diff
except ImportError:

    def ticks_diff(a, b):
        return a - b


emit("began", params["ms"])
while ticks_diff(_us(), since) < params["ms"] * 1000:
    pass
emit("over")
