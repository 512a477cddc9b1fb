# console.others-run-during-exactly: While some of n bytes have come on the console and readexactly waits for the rest, other tasks run. (The event loop (a MicroP …
# Expected: execution.value('ticks') >= 5
# Seen: diverges: 0
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
# The host took part, as host/test_console.py has it: it typed, or was the other end.
def emit(*what): print(*what)
import asyncio, sys
sleep_ms = asyncio.sleep_ms
wire = getattr(sys.stdin, 'buffer', sys.stdin)
ticks = 0
whole = []
async def tick():
    global ticks
    while True:
        await sleep_ms(5)
        ticks += 1
async def exactly(reader): return await reader.readexactly(12)
async def main():
    task = asyncio.create_task(tick())
    reader = asyncio.StreamReader(wire)
    await sleep_ms(0)
    began = ticks
    sys.stdout.write('\x05')
    got = await exactly(reader)
    during = ticks - began
    whole.append(b'' if isinstance(got, str) else b''.join(got) if isinstance(got, list) else got)
    emit('got', got)
    emit('ticks', during)
    emit('whole', b''.join(whole))
    task.cancel()
asyncio.run(main())
# It printed there: got "b'halfand half'"
# ticks 0
# whole "b'halfand half'"
