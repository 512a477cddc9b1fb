# A variable in memory, told before and after what the host does meanwhile: a board that loses its
# power forgets it.
since = _us()
try:
    from time import ticks_diff
except ImportError:

    def ticks_diff(a, b):
        return a - b


kept = params["token"]
emit("set", kept)
while ticks_diff(_us(), since) < params["ms"] * 1000:
    pass
emit("still", kept)
