# What streams and print write to the console, in one way or another, beside what comes from it.
import asyncio
import select
import sys

wire = getattr(sys.stdin, "buffer", sys.stdin)
stream = asyncio.StreamWriter(getattr(sys.stdout, "buffer", sys.stdout), {})


def take_the_rest(count):
    # What no task read is not for the REPL.
    poller = select.poll()
    poller.register(wire, select.POLLIN)
    while count > 0 and poller.poll(200):
        wire.read(1)
        count -= 1


async def pieces():
    for piece in params["pieces"]:
        stream.write(piece)
        await stream.drain()


async def at_once():
    for piece in params["pieces"]:
        stream.write(piece)
    await stream.drain()


async def in_turn():
    # Two tasks, by turns.
    async def half(first):
        for piece in params["pieces"][first::2]:
            stream.write(piece)
            await stream.drain()
            await asyncio.sleep_ms(1)

    await asyncio.gather(half(0), half(1))


async def with_print():
    for number, piece in enumerate(params["pieces"]):
        if number % 2:
            print(piece.decode(), end="")
        else:
            stream.write(piece)
            await stream.drain()


async def beside_input():
    reader = asyncio.StreamReader(wire)
    task = asyncio.create_task(pieces())
    try:
        got = await asyncio.wait_for_ms(reader.readexactly(params["comes"]), 2500)
    except asyncio.TimeoutError:
        got = None
        take_the_rest(params["comes"])
    await task
    return got


async def main():
    sys.stdout.write("\x05")
    got = await globals()[params["how"]]()
    await asyncio.sleep_ms(2)
    sys.stdout.write("\x06")
    return got


emit("got", asyncio.run(main()))
