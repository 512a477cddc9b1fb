# connection.client-peername: The streams that `open_connection` returns know the server's address. (MicroPython library reference: asyncio, https://docs.micropyt …
# Expected: 'refused' not in ['refused', 'refused', 'server', 'server']
# Seen: diverges: 'refused'
# On: 3.4.0; MicroPython 9458e3a23f on 2026-07-05; linux [GCC 14.2.1] version
def emit(*what): print(*what)
import asyncio
from time import ticks_us
HOST = HERE = '127.0.0.1'
async def serve(callback, **options):
    port = 20000 + ticks_us() % 10000
    for _ in range(40):
        try: return (await asyncio.start_server(callback, HERE, port, **options), port)
        except OSError as error:
            refused = error
            port += 7
    raise refused
async def finish(writer):
    writer.close()
    await writer.wait_closed()
async def serve_one(reader, writer):
    seen.append(writer.get_extra_info('peername'))
    await finish(writer)
seen = []
def plain(name): return bytes(name) if isinstance(name, (bytes, bytearray)) else tuple(name)
async def main():
    server, port = await serve(serve_one)
    for _ in range(2):
        reader, writer = await asyncio.open_connection(HOST, port)
        await reader.read()
        try: emit('client', plain(writer.get_extra_info('peername')))
        except Exception as error: emit('refused', type(error).__name__)
        await finish(writer)
    for name in seen: emit('server', plain(name))
    server.close()
    await server.wait_closed()
asyncio.run(main())
# It printed there: refused 'KeyError'
# refused 'KeyError'
# …
