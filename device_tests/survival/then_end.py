# Data, and right behind them an error or the end: the data can be read, then that is told.
class Hung(Memory):
    def ioctl(self, request, argument):
        ready = Memory.ioctl(self, request, argument)
        return ready | (0x10 if request == 3 else 0)  # POLLHUP, from the first byte on


class Failing(Memory):
    def _next(self, size):
        if not self.chunks:
            raise OSError(5)
        return Memory._next(self, size)

    def ioctl(self, request, argument):
        return 1 if request == 3 else -1


async def main():
    for make, chunks in ((Hung, (b"abcd", b"ef", b"")), (Failing, (b"abcd", b"ef"))):
        stream = asyncio.StreamReader(make(*chunks))
        got = []
        try:
            for _ in range(4):
                got.append(await stream.read(3))
        except OSError as error:
            got.append(error.errno)
        emit("got", make.__name__, got)


asyncio.run(main())
