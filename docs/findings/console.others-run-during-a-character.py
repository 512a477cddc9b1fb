# console.others-run-during-a-character: While half of a character's UTF-8 bytes have come on the text console, other tasks run. (What users need, though no page  …
# Expected: execution.value('ticks') >= 5
# Seen: diverges: 1
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# The host took part, as host/test_console.py has it: it typed, or was the other end.
def emit(*what): print(*what)
params = {'what': 'character', 'size': 16, 'total': 2}
import asyncio
import sys
sleep_ms = asyncio.sleep_ms
wire = getattr(sys.stdin, "buffer", sys.stdin)
ticks = 0
whole = []
async def tick():
    global ticks
    while True:
        await sleep_ms(5)
        ticks += 1
async def line(reader):
    return await reader.readline()
async def some(reader):
    return [await reader.read(params["size"])]
async def character(reader):
    return await asyncio.StreamReader(sys.stdin).read(1)
async def exactly(reader):
    return await reader.readexactly(params["size"])
async def rest(reader):
    while sum(map(len, whole)) < params["total"]:
        whole.append(await reader.read(1))
async def main():
    task = asyncio.create_task(tick())
    reader = asyncio.StreamReader(wire)
    await sleep_ms(0)
    began = ticks
    sys.stdout.write("\x05")
    if params["what"] == "burst":
        start = ticks
        while ticks < start + 4:
            await sleep_ms(5)  # it comes while nobody reads
    work = {"line": line, "some": some, "character": character}.get(params["what"], exactly)
    got = await work(reader)
    during = ticks - began
    whole.append(b"" if isinstance(got, str) else b"".join(got) if isinstance(got, list) else got)
    emit("got", got)
    emit("ticks", during)
    if params["what"] == "some":  # nothing is left for the REPL, nor waited for that was lost
        try:
            await asyncio.wait_for_ms(rest(reader), 2000)
        except asyncio.TimeoutError:
            pass
    emit("whole", b"".join(whole))
    task.cancel()
asyncio.run(main())
# It printed there:
# got 'é'
# …
