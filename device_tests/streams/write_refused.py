# The stream says that there is room, and takes nothing after all, once or twice.
class Shy(Memory):
    refusals = 3

    def write(self, data):
        if self.refusals:
            self.refusals -= 1
            return None
        return Memory.write(self, data)


async def main():
    memory = Shy()
    stream = asyncio.StreamWriter(memory, {})
    stream.write(b"abc")
    stream.write(b"de")
    await stream.drain()
    emit("written", memory.written())


asyncio.run(main())
