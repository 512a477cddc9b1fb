# Pieces are written to the console in turn, each by its own way, with pauses, while another task
# reads what comes and a third takes its turns.
import asyncio
import sys

out = getattr(sys.stdout, "buffer", sys.stdout)
stream = asyncio.StreamWriter(out, {})
text_stream = asyncio.StreamWriter(sys.stdout, {})


async def write(how, pieces):
    if how == "drains":
        for piece in pieces:
            stream.write(piece)
            await stream.drain()
        return
    if how == "one drain":
        for piece in pieces:
            stream.write(bytearray(piece))
            stream.write(b"")  # which is nothing
        await stream.drain()
        await stream.drain()
        return
    for piece in pieces:
        if how == "text stream":
            text_stream.write(piece.encode())
            await text_stream.drain()
        elif how == "print":
            print(piece, end="")
        elif how == "text":
            sys.stdout.write(piece)
        else:
            out.write(piece)


async def reading():
    reader, got = asyncio.StreamReader(wire), b""
    while len(got) < params["comes"]:
        got += await reader.read(1)
    return got


async def meanwhile():
    while True:
        await asyncio.sleep_ms(1)


async def main():
    task = asyncio.create_task(meanwhile())
    sys.stdout.write("\x05")
    reads = asyncio.create_task(reading())
    for how, pause_ms, pieces in params["writes"]:
        await write(how, pieces)
        await asyncio.sleep_ms(pause_ms)
    try:
        got = await asyncio.wait_for_ms(reads, 2500)
    except asyncio.TimeoutError:
        got = None
        take_the_rest()
    await asyncio.sleep_ms(2)
    sys.stdout.write("\x06")
    task.cancel()
    return got


emit("got", asyncio.run(main()))
