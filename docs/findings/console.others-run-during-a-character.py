# console.others-run-during-a-character: While half of a character's UTF-8 bytes have come on the text console, other tasks run. (What users need, though no page  …
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
async def character(reader): return await asyncio.StreamReader(sys.stdin).read(1)
async def main():
    task = asyncio.create_task(tick())
    reader = asyncio.StreamReader(wire)
    await sleep_ms(0)
    began = ticks
    sys.stdout.write('\x05')
    got = await character(reader)
    during = ticks - began
    whole.append(b'' if isinstance(got, str) else b''.join(got) if isinstance(got, list) else got)
    emit('got', got)
    emit('ticks', during)
    emit('whole', b''.join(whole))
    task.cancel()
asyncio.run(main())
# It printed there: got 'é'
# ticks 0
# whole "b''"
