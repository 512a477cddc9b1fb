# Several connections to one server at once. On each, both sides send and read what a seed says, in
# its sizes, pauses and ways to read, and it ends as the seed says. Every byte is known beforehand.
SIZES = (1, 1, 2, 7, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 1000, 1460, 2049)
ENDS = ("client", "server", "half", "reset")  # who closes; half: of what it had to send; or unread

# No power of two is a multiple of its length, so that a piece which is lost, or comes twice or in
# another's place, shows; every byte is in it, and a line feed now and then.
_chance = Chance(params["seed"])
BASE = bytes(_chance.below(256) if i % 37 else 10 for i in range(1021)) + bytes(range(256))
BASE = BASE[:1277] * 3


def content(way, at, size):
    start = (at + way * 131) % 1277
    return BASE[start : start + size]


async def send(writer, way, total):
    chance, at = Chance(params["seed"] + way), 0
    while at < total:
        size = min(SIZES[chance.below(len(SIZES))], total - at)
        data = content(way, at, size)
        kind = chance.below(6)
        if kind == 0:
            data = bytearray(data)
        elif kind == 1:
            data = memoryview(data)
        elif kind == 2:
            writer.write(b"")  # which is nothing
        writer.write(data)
        at += size
        what = chance.below(8)
        if what:
            await writer.drain()
        if what > 5:
            await asyncio.sleep_ms(chance.below(3))
    await writer.drain()


async def piece(reader, chance, way, at, left):
    # `left` is None for who reads to the end, which may come before: then not by a count.
    size = SIZES[chance.below(len(SIZES))]
    how = chance.below(5)
    if how == 1 and left and b"\n" not in content(way, at, left):
        how = 3  # a line would wait for what is not sent
    if how == 0 and left:
        size = min(size, left)
        data = await reader.readexactly(size)
        return data, len(data) == size
    if how == 1:
        data = await reader.readline()
        return data, data.find(b"\n") in (-1, len(data) - 1) and (data[-1:] == b"\n" or not left)
    if how == 2:
        buffer = bytearray(size)
        count = await reader.readinto(buffer)
        return bytes(buffer[:count]), count <= size
    if how == 4 and left:
        data = await short_of_time(reader, size, chance)
    else:
        data = await reader.read(size)
    return data, len(data) <= size


async def short_of_time(reader, size, chance):
    # Cut short again and again; what was read is kept in the same breath.
    kept = []

    async def read():
        kept.append(await reader.read(size))

    while not kept:
        try:
            await asyncio.wait_for_ms(read(), chance.below(4))
        except asyncio.TimeoutError:
            pass
    return b"".join(kept)


async def receive(reader, way, total, to_the_end):
    # How much came as it was sent, and what did not, or the way in which it ended.
    chance, at = Chance(params["seed"] + way + 64), 0
    try:
        while to_the_end or at < total:
            data, fits = await piece(reader, chance, way, at, None if to_the_end else total - at)
            if not data:
                return at, "end"
            if not fits or data != content(way, at, len(data)):
                return at, "wrong: %r" % data[:24]
            at += len(data)
            if chance.below(8) == 0:
                await asyncio.sleep_ms(chance.below(3))
        return at, "all"
    except OSError:
        return at, "error"


async def told(name, number, work, writer):
    try:
        at, how = await asyncio.wait_for_ms(work, 8000)
    except asyncio.TimeoutError:
        at, how = None, "never"
    except EOFError:
        at, how = None, "too soon"
    got.append((name, number, ENDS[number % 4], at, how))
    return writer


async def speak(writer, way, total):
    try:
        await send(writer, way, total)
    except OSError:
        pass  # what became of it is seen where it is read


async def both(name, number, reader, writer, total):
    # Its own half of a connection on which both speak at once.
    way = number * 2 + (name == "server")
    sending = asyncio.create_task(speak(writer, way, total))
    closes = ENDS[number % 4] == name
    await told(name, number, receive(reader, way ^ 1, total, False), writer)
    await sending
    if not closes:  # behind the last byte comes the end
        await told(name + " then", number, receive(reader, way ^ 1, total, True), writer)
    await finish(writer)


async def serve_one(reader, writer):
    number = (await reader.readexactly(1))[0]
    if ENDS[number % 4] == "reset":
        await speak(writer, number * 2 + 1, 600)  # of which it reads one byte
    if number % 4 < 2:
        await both("server", number, reader, writer, params["total"])
    else:
        await told("server", number, receive(reader, number * 2, 0, True), writer)
        try:
            await finish(writer)
        except OSError:
            pass
    ended.append(number)


async def client(number, reader, writer):
    if number % 4 < 2:
        await both("client", number, reader, writer, params["total"])
        return
    if ENDS[number % 4] == "reset":
        await reader.readexactly(1)
    await speak(writer, number * 2, params["total"] // 2)
    await finish(writer)


async def main():
    options, context = {}, None
    if params["certificate"]:
        import ssl

        options = {"ssl": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)}
        options["ssl"].load_cert_chain(params["certificate"], params["key"])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_mode = ssl.CERT_NONE
    server, port = await serve(serve_one, **options)
    pairs = []
    for number in range(params["clients"]):
        reader, writer = await asyncio.open_connection(HOST, port, ssl=context)
        writer.write(bytes([number]))
        await writer.drain()
        pairs.append((number, reader, writer))
    await asyncio.gather(*[client(*pair) for pair in pairs])
    for _ in range(1000):
        if len(ended) == params["clients"]:
            break
        await asyncio.sleep_ms(2)
    server.close()
    await server.wait_closed()
    for event in got:
        emit("got", *event)


ended, got = [], []
asyncio.run(main())
