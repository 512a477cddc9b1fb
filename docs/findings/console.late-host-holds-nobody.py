# console.late-host-holds-nobody: While the host does not read and the console is full, a task that drains to it waits and the others run. (What users need, thoug …
# Expected: >= 5
# Seen: diverges: 0
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# The host took part, as host/test_console.py has it: it typed, or was the other end.
def emit(*what): print(*what)
params = {'by': 'stream', 'lines': 160, 'width': 95}
import asyncio
import sys
async def tick():
    global ticks
    while True:
        await asyncio.sleep_ms(5)
        ticks += 1
async def main():
    task = asyncio.create_task(tick())
    writer = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})
    await asyncio.sleep_ms(0)
    sys.stdout.write("\x05")
    began = ticks
    for number in range(params["lines"]):
        if params["by"] == "print":
            print("%05d" % number, end="x" * params["width"])
            await asyncio.sleep_ms(0)
        else:
            writer.write(b"%05d" % number + b"x" * params["width"])
            await writer.drain()
    during = ticks - began
    await asyncio.sleep_ms(12)
    task.cancel()
    sys.stdout.write("\x06")
    emit("ticks", during, ticks - began)
ticks = 0
asyncio.run(main())
# It printed there:
# ticks 0 1
