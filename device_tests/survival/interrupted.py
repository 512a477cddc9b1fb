# The loop is left by an interrupt, or main ends, as data come for a task that reads: the next run's
# reader has them, or somebody had.
class Interrupt(io.IOBase):
    armed = False

    def ioctl(self, request, flags):
        if request == 3 and self.armed:
            self.armed = False
            raise KeyboardInterrupt
        return 0 if request == 3 else -1


async def reader():
    got.append(await stream.readline())


async def main():
    asyncio.create_task(reader())
    if params["by"] == "interrupt":
        asyncio.create_task(asyncio.StreamReader(interrupt).read(1))
    await turns(3)
    memory.chunks.append(b"one\n")
    if params["by"] == "interrupt":
        interrupt.armed = True
        await turns(3)
        await asyncio.sleep_ms(5)
    elif params["by"] == "raises":
        raise ValueError("main's own")


async def again():
    if not got:
        got.append(await stream.readline())
    memory.chunks.append(b"two\n")
    got.append(await stream.readline())


got, memory, interrupt = [], Memory(), Interrupt()
stream = asyncio.StreamReader(memory)
try:
    asyncio.run(main())
except (KeyboardInterrupt, ValueError) as error:
    emit("left", type(error).__name__)
asyncio.new_event_loop()
try:
    asyncio.run(asyncio.wait_for_ms(again(), 2000))
except asyncio.TimeoutError:
    pass
emit("got", got)
