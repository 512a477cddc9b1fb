async def main():
    stream = asyncio.StreamReader(Memory(b"abcdef"))
    emit("read", await stream.read(4))
    emit("read", await stream.read(4))

    stream = asyncio.StreamReader(Memory(b"ab", b"cd", b"e", b""))
    emit("all", await stream.read())
    emit("at-end", await stream.read(), await stream.read(-1), await stream.read(3))
    emit("all", await asyncio.StreamReader(Memory(b"xy", b"z", b"")).read(-1))

    # It was ready when polled, and then there is nothing to read after all.
    stream = asyncio.StreamReader(Memory(None, b"ab", None, b"c", b""))
    emit("after-none", await stream.read(2))
    emit("after-none", await stream.read())

    stream = asyncio.StreamReader(Memory(b"ab", None, b"c", b"defgh", b"ij"))
    emit("exactly", await stream.readexactly(6))
    emit("exactly", await stream.readexactly(2))
    emit("exactly", await stream.readexactly(0))
    data = await stream.readexactly(1)
    emit("exactly", data)
    emit("type", type(data).__name__)

    for chunks in ((b"ab", b""), (b"",)):
        try:
            stream = asyncio.StreamReader(Memory(*chunks))
            emit("short", await stream.readexactly(3))
        except EOFError:
            emit("eof-error")

    stream = asyncio.StreamReader(Memory(b"abcdef", b""))
    for _ in range(3):
        buffer = bytearray(b"....")
        emit("into", await stream.readinto(buffer), bytes(buffer))

    chunks = b"one\ntwo", b"\nth", None, b"ree", b"\n", b"\n", b"rest", b""
    stream = asyncio.StreamReader(Memory(*chunks))
    for _ in range(6):
        emit("line", await stream.readline())


asyncio.run(main())
