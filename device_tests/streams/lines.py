# Lines longer than a buffer may be, lines with carriage returns, and every read in turn.
async def long():
    piece = b"x" * 600
    stream = asyncio.StreamReader(Memory(piece, piece[:-1] + b"\n", b"next\n", b""))
    for _ in range(3):
        line = await stream.readline()
        emit("long", len(line), line[-1:])


async def returns():
    stream = asyncio.StreamReader(Memory(b"one\r\n\r", b"\n", b"two\rthree\n", b""))
    for _ in range(4):
        emit("returns", await stream.readline())


async def mixed():
    stream = asyncio.StreamReader(Memory(b"line\nabc", b"defgh\nrest", b""))
    emit("mixed", await stream.readline())
    emit("mixed", await stream.read(2))
    emit("mixed", await stream.readexactly(4))
    emit("mixed", await stream.readline())
    emit("mixed", await stream.read())


async def nothing():
    stream = asyncio.StreamReader(Memory(b"ab", b""))
    emit("nothing", await stream.read(0))
    emit("nothing", await stream.read(5))


asyncio.run(
    {"long": long, "returns": returns, "mixed": mixed, "nothing": nothing}[params["what"]]()
)
