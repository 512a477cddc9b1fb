# A server and its client, in the loop of a second thread, whose next timer is far off.
import _thread
import time


async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    await finish(writer)


async def rest():
    await asyncio.sleep_ms(60000)


async def main():
    far = asyncio.create_task(rest())
    server, port = await serve(echo)
    for _ in range(3):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"hello\n")
        await writer.drain()
        got.append(await reader.readline())
        await finish(writer)
    server.close()
    await server.wait_closed()
    far.cancel()


def loop():
    global over
    try:
        asyncio.run(main())
    except Exception as error:
        got.append(repr(error))
    over = True


got, over = [], False
_thread.start_new_thread(loop, ())
for _ in range(params["limit_ms"]):
    if over:
        break
    time.sleep_ms(1)
emit("over", over)
emit("got", got)
