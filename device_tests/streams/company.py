# Several clients of one server, each in its own way; who is served, and what comes of the others.
async def echo(reader, writer):
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(line)
            await writer.drain()
    except OSError:
        pass
    await finish(writer)


async def connect_to(port):
    return await asyncio.open_connection(HOST, port)


async def ask(client, text):
    reader, writer = client
    writer.write(text)
    await writer.drain()
    return await asyncio.wait_for(reader.readline(), 5)


async def silent(port):
    # One says nothing, one half a line, one is gone at once: the fourth is served.
    clients = []
    for _ in range(4):
        clients.append(await connect_to(port))  # noqa: PERF401 (MicroPython has no await in these)
    clients[1][1].write(b"half ")
    await clients[1][1].drain()
    await finish(clients[2][1])
    emit("got", await ask(clients[3], b"fourth\n"))
    emit("got", await ask(clients[1], b"a line\n"))
    emit("got", await ask(clients[0], b"first\n"))
    return [clients[0], clients[1], clients[3]]


async def one_closes(port):
    clients = []
    for _ in range(3):
        clients.append(await connect_to(port))  # noqa: PERF401
    for number in (1, 0):
        emit("got", await ask(clients[number], b"%d\n" % number))
        await finish(clients[number][1])
        await turns(6)
        emit("got", await ask(clients[2], b"still\n"))
    return clients[2:]


async def idle(port):
    client = await connect_to(port)
    emit("got", await ask(client, b"before\n"))
    await pause(params["idle_ms"])
    emit("got", await ask(client, b"after\n"))
    return [client]


async def in_a_row(port):
    # Questions that do not wait for the answers.
    reader, writer = client = await connect_to(port)
    for number in range(40):
        writer.write(b"%d " % number + b"x" * number + b"\n")
    await writer.drain()
    right = 0
    for number in range(40):
        right += await reader.readline() == b"%d " % number + b"x" * number + b"\n"
    emit("got", right)
    return [client]


async def come_and_go(port):
    # Those that come and are gone again without a word.
    for _ in range(12):
        await finish((await connect_to(port))[1])
    client = await connect_to(port)
    emit("got", await ask(client, b"served\n"))
    return [client]


async def taken(port):
    # The port of a server is taken: another is refused, and the first goes on.
    try:
        other = await asyncio.start_server(echo, HERE, port)
        emit("got", "two servers")
        other.close()
        await other.wait_closed()
    except OSError:
        emit("got", "refused")
    client = await connect_to(port)
    emit("got", await ask(client, b"served\n"))
    return [client]


async def late(reader, writer):
    # It reads when all has come, and the client has gone.
    await pause(30)
    emit("got", await reader.read(-1))
    emit("got", await reader.read(-1))
    await finish(writer)
    over.set()


async def reads_later(port):
    reader, writer = await connect_to(port)
    writer.write(b"all that was sent\n" * 300)
    await writer.drain()
    writer.write(b"and more")
    await writer.drain()
    await finish(writer)
    await over.wait()
    return []


async def written_after_close(port):
    # Who writes to a connection of its own that is closed is told.
    reader, writer = await connect_to(port)
    await finish(writer)
    try:
        writer.write(b"too late\n")
        await asyncio.wait_for(writer.drain(), 1)
        emit("got", "not told")
    except asyncio.TimeoutError:
        emit("got", "waits")
    except Exception:  # whatever it is, it says so
        emit("got", "told")
    await finish(writer)  # again
    client = await connect_to(port)
    emit("got", await ask(client, b"served\n"))
    return [client]


async def greet(reader, writer):
    writer.write(b"hello\n")
    await writer.drain()
    await echo(reader, writer)


async def speaks_first(port):
    # The server has a word for whoever comes, before that says anything.
    client = await connect_to(port)
    emit("got", await asyncio.wait_for(client[0].readline(), 5))
    emit("got", await ask(client, b"answer\n"))
    return [client]


async def two(port):
    # Two servers, each with a callback of its own.
    other, other_port = await serve(greet)
    first, second = await connect_to(port), await connect_to(other_port)
    emit("got", await asyncio.wait_for(second[0].readline(), 5))
    emit("got", await ask(first, b"first\n"))
    emit("got", await ask(second, b"second\n"))
    await finish(second[1])
    other.close()
    await other.wait_closed()
    emit("got", await ask(first, b"still\n"))
    return [first]


async def closes(reader, writer):
    # It closes its server, and answers after that.
    line = await reader.readline()
    servers[0].close()
    await turns(3)
    writer.write(line)
    await writer.drain()
    await finish(writer)


async def closed_from_within(port):
    client = await connect_to(port)
    emit("got", await ask(client, b"answered\n"))
    return [client]


async def reading(reader):
    try:
        emit("got", await reader.read(4))
    except OSError:
        emit("got", b"")  # told by an error, as others are by the end


async def closed_while_read(port):
    reader, writer = await connect_to(port)
    task = asyncio.create_task(reading(reader))
    await turns(6)
    await finish(writer)
    await asyncio.wait_for(task, 5)
    client = await connect_to(port)
    emit("got", await ask(client, b"served\n"))
    return [client]


async def cut_short(port):
    # Opening a connection is cut short at once, after a turn, by its time.
    for after in range(2):
        task = asyncio.create_task(connect_to(port))
        await turns(after)
        task.cancel()
        try:
            await finish((await task)[1])
        except asyncio.CancelledError:
            pass
    try:
        await finish((await asyncio.wait_for(connect_to(port), 0))[1])
    except asyncio.TimeoutError:
        pass
    client = await connect_to(port)
    emit("got", await ask(client, b"served\n"))
    return [client]


async def speaks_in_lines(writer, name):
    for number in range(20):
        writer.write(b"%d %d " % (name, number) + b"." * (number * 9) + b"\n")
        await writer.drain()
        if number % 3 == name:
            await turns(name)


async def two_writers(port):
    # Two tasks write to one connection: each line comes in one piece, each task's in order.
    reader, writer = client = await connect_to(port)
    tasks = [asyncio.create_task(speaks_in_lines(writer, name)) for name in (0, 1)]
    came = [0, 0]
    for _ in range(40):
        line = await asyncio.wait_for(reader.readline(), 5)
        for name in (0, 1):
            number = came[name]
            came[name] += line == b"%d %d " % (name, number) + b"." * (number * 9) + b"\n"
    emit("got", came)
    await asyncio.gather(*tasks)
    return [client]


servers = []


async def main():
    global over
    over = asyncio.Event()
    server, port = await serve(
        {"reads_later": late, "speaks_first": greet, "closed_from_within": closes}.get(
            params["what"], echo
        )
    )
    servers.append(server)
    clients = await globals()[params["what"]](port)
    for _, writer in clients:
        await finish(writer)
    server.close()
    await server.wait_closed()
    emit("over")


asyncio.run(main())
