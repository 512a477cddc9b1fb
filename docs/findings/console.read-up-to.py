# console.read-up-to: A read of up to n bytes from the console returns what came, and does not wait for n. (MicroPython library reference: asyncio, https://docs.m …
# Expected: execution.value('got') == [b'ab']
# Seen: diverges: [b'abcccccccccccccc']
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
async def some(reader): return [await reader.read(16)]
async def rest(reader):
    while sum(map(len, whole)) < 16: whole.append(await reader.read(1))
async def main():
    task = asyncio.create_task(tick())
    reader = asyncio.StreamReader(wire)
    await sleep_ms(0)
    began = ticks
    sys.stdout.write('\x05')
    got = await some(reader)
    during = ticks - began
    whole.append(b'' if isinstance(got, str) else b''.join(got) if isinstance(got, list) else got)
    emit('got', got)
    emit('ticks', during)
    try: await asyncio.wait_for_ms(rest(reader), 2000)
    except asyncio.TimeoutError: pass
    emit('whole', b''.join(whole))
    task.cancel()
asyncio.run(main())
# It printed there: got ["b'abcccccccccccccc'"]
# ticks 0
# whole "b'abcccccccccccccc'"
