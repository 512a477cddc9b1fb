# Sleeps about half a period of the tick counter, where a clock that wraps can be misread.
import asyncio

HALF = PERIOD // 2
log = []


async def sleeper(name, ms):
    try:
        await asyncio.sleep_ms(ms)
        log.append((name, "woke"))
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.append((name, "refused"))
        emit("refused", name, type(error).__name__)


async def main():
    for name, ms in (
        ("below", HALF - 1),
        ("half", HALF),
        ("above", HALF + 1),
        ("period", PERIOD),
        ("beyond", PERIOD + 10),
        ("huge", PERIOD * 1000),
    ):
        asyncio.create_task(sleeper(name, ms))
        for _ in range(20):
            await asyncio.sleep_ms(5)
        emit("after", name, list(log))
        log.clear()
    return "still works"


emit("ended", asyncio.run(main()))
