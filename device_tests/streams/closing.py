async def main():
    memory = Memory()
    stream = asyncio.StreamWriter(memory, {"peername": "somebody"})
    emit("peername", stream.get_extra_info("peername"))
    emit("closed-before", memory.closed)
    stream.close()
    await stream.wait_closed()
    emit("closed", memory.closed)
    emit("alias", asyncio.StreamReader is asyncio.StreamWriter)


asyncio.run(main())
