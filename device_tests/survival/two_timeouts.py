# Two times run out in one round, one wait within the other; and a cancellation with a timeout.
async def rest(log):
    try:
        await sleep_ms(60000)
    finally:
        log.append("over")


async def wait(log):
    try:
        await wait_for_ms(wait_for_ms(rest(log), 20), 20)
        log.append("nothing")
    except asyncio.TimeoutError:
        log.append("timeout")
    except asyncio.CancelledError:
        log.append("cancelled")
    try:
        await turns(4)
        log.append("on")
    except asyncio.CancelledError:
        log.append("cancelled late")


async def main():
    for cancels in (False, True):
        log = []
        task = asyncio.create_task(wait(log))
        await turns(6)
        block_ms(30)
        if cancels:
            task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            log.append("left cancelled")
        except asyncio.TimeoutError:
            log.append("left by timeout")
        emit("log", cancels, log)


asyncio.run(main())
