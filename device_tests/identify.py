# Who are you, and what have you got? Asked once when a board is opened.
import sys

emit("platform", sys.platform)
emit("implementation", sys.implementation.name)
emit("version", list(sys.implementation.version))
emit("sys_version", sys.version)
for name in ("machine", "build", "thread", "mpy"):
    emit(name, getattr(sys.implementation, "_" + name, ""))

try:
    import binascii

    import machine

    unique_id = binascii.hexlify(machine.unique_id()).decode()
except (ImportError, AttributeError):
    unique_id = ""
emit("unique_id", unique_id)

try:
    import time

    period = time.ticks_add(0, -1) + 1
except (ImportError, AttributeError):
    period = 0
emit("ticks_period", period)

try:
    import gc

    gc.collect()
    memory = gc.mem_free()
except (ImportError, AttributeError):
    memory = 0
emit("memory", memory)

features = []
starved = []
for name in params["features"]:
    try:
        exec(params["features"][name], {})
        features.append(name)
    except MemoryError:
        starved.append(name)
    except Exception:
        pass
emit("features", features)
emit("starved", starved)

try:
    __import__("asyncio")
    emit("asyncio", "")
except Exception as error:
    emit("asyncio", "%s: %s" % (type(error).__name__, error))
