# connection.refused: A connection that cannot be made raises OSError. (MicroPython library reference: asyncio, https://docs.micropython.org/en/latest/library/asy …
# Expected: 'port' in ['host', 'address']
# Seen: diverges: 'port'
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
def closed(port): return port
async def finish(writer):
    writer.close()
    await writer.wait_closed()
LONG = 'a.' * 150 + 'b'
async def ignore(reader, writer): await finish(writer)
async def main():
    server, port = await serve(ignore)
    server.close()
    await server.wait_closed()
    for name, host in (('port', HOST), ('host', LONG), ('address', '255.255.255.255')):
        try:
            _, writer = await asyncio.open_connection(host, closed(port))
            emit('connected', name)
            await finish(writer)
        except OSError: emit('os-error', name)
asyncio.run(main())
# It printed there: connected 'port'
# os-error 'host'
# os-error 'address'
