# Who are you, and what have you got? Asked once when a board is opened.
import sys

emit("platform", sys.platform)
emit("implementation", sys.implementation.name)
emit("version", ".".join(str(part) for part in sys.implementation.version))
emit("machine", getattr(sys.implementation, "_machine", ""))

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

features = []
for name in params["features"]:
    try:
        exec(params["features"][name], {})
    except Exception:
        continue
    features.append(name)
emit("features", features)
