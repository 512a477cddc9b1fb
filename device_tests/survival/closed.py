# Somebody closes the stream on which a task waits: that task is told.
class Closing(Memory):
    # As sockets do, it answers polls after its end with "invalid", and everything else with EBADF.
    def ioctl(self, request, argument):
        return 0x20 if request == 3 and self.closed else Memory.ioctl(self, request, argument)

    def close(self):
        self.closed += 1
        self.error = OSError(9)


async def work(stream, what):
    try:
        if what == "reader":
            got.append(await stream.read(4))
        else:
            stream.write(b"data")
            await stream.drain()
            got.append("drained")
    except OSError as error:
        got.append(error.errno)


got = []


async def main():
    stream = asyncio.StreamWriter(Closing(room=0), {})
    task = asyncio.create_task(work(stream, params["what"]))
    await turns(3)
    emit("before", list(got))
    stream.close()
    closing = asyncio.create_task(stream.wait_closed())
    await turns(6)
    await asyncio.sleep_ms(3)
    emit("told", got)
    task.cancel()
    closing.cancel()


asyncio.run(main())
