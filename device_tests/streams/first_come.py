# Several clients have connected before the server had a turn: in which order does it take them?
import socket


async def serve_one(reader, writer):
    order.append((await reader.readexactly(1))[0])
    await finish(writer)


order = []


async def main():
    server, port = await serve(serve_one)
    address, clients = socket.getaddrinfo(HOST, port)[0][-1], []
    for number in range(params["clients"]):
        client = socket.socket()
        client.connect(address)
        client.send(bytes([number]))
        clients.append(client)
    for _ in range(1000):
        if len(order) == params["clients"]:
            break
        await asyncio.sleep(0)
    for client in clients:
        client.close()
    emit("order", order)
    server.close()
    await server.wait_closed()


asyncio.run(main())
