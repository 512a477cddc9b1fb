# How much room is there for files, and for a program?
import gc
import os

gc.collect()
emit("heap", gc.mem_free() if hasattr(gc, "mem_free") else -1)
try:
    stat = os.statvfs("/")
    emit("files", stat[0] * stat[3])
except (AttributeError, OSError) as error:
    emit("no_files", type(error).__name__)
