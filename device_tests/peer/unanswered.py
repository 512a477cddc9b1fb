# Nobody answers there, not even with a refusal.
async def tick():
    global ticks
    while True:
        await pause(2)
        ticks += 1


async def main():
    task = asyncio.create_task(tick())
    try:
        await asyncio.wait_for(asyncio.open_connection(HOST, PORT), seconds(150))
        emit("connected")
    except asyncio.TimeoutError:
        emit("timeout", ticks)
    except OSError:
        emit("refused")
    task.cancel()


ticks = 0
asyncio.run(main())
