# A stream of text, as standard input is: its lines are str.
async def main():
    memory = Memory("one\n", "tw", "o\n", "rest", "")
    memory.readline = lambda: memory.chunks.pop(0) if memory.chunks else ""
    stream = asyncio.StreamReader(memory)
    for _ in range(3):
        line = await stream.readline()
        emit("line", line if isinstance(line, str) else line.decode())


asyncio.run(main())
