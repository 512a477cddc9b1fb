# wait-for.trapped-cancellation: A task that traps its cancellation in `wait_for` goes on and is not cancelled a second time. (MicroPython library reference: asyn …
# Expected: run.names == ['trapped', 'went-on']
# Seen: diverges: ['trapped', 'cancelled-again']
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
def pause(ms): return asyncio.sleep(ms / 1000)

# A waiter that traps its cancellation and goes on must not be cancelled a second time.
import asyncio


async def wait():
    try:
        await asyncio.wait_for(forever(), 60)
    except asyncio.CancelledError:
        emit("trapped")
    try:
        await pause(5)
        emit("went-on")
    except asyncio.CancelledError:
        emit("cancelled-again")


async def forever():
    while True:
        await asyncio.sleep(60)


async def main():
    waiter = asyncio.create_task(wait())
    for _ in range(5):
        await asyncio.sleep(0)
    waiter.cancel()
    await waiter


asyncio.run(main())
# It printed there: trapped
# cancelled-again
