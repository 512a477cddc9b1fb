# Many tasks, each in a sleep that outlasts the window.
import asyncio


async def sleeper():
    await asyncio.sleep_ms(params["window_ms"] * 10)


async def main():
    tasks = [asyncio.create_task(sleeper()) for _ in range(params["tasks"])]
    await asyncio.sleep_ms(20)
    begin()
    await asyncio.sleep_ms(params["window_ms"])
    done()
    note("main task runs")
    note("tasks are cancelled")
    for task in tasks:
        task.cancel()
    await asyncio.sleep_ms(0)


frame(lambda: asyncio.run(main()))
