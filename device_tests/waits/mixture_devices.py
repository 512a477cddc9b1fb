# Devices that become ready by themselves at random, for reading, for writing or both, in parts of
# any size, until they hang up.
import io


class Way:
    # When a device is ready one way next, since when somebody waits for that, how often it was, and
    # when its task heard of it.
    def __init__(self, dice):
        self.dice, self.at, self.count = dice, now() + (5 + dice.below(20)) * 1000, 0
        self.since = 0

    def ready(self):
        return now() >= self.at

    def noticed(self, device, what):
        noticed.append((device, what, self.count, max(self.at, self.since), came()))
        self.count += 1
        self.since = now()

    def heard(self, device, what):
        noticed.append((device, what, self.count, self.since, came()))

    def next(self):
        self.at = now() + (0, 1, 4, 9, 15, 31)[self.dice.below(6)] * 1000


class Device(io.IOBase):
    def __init__(self, seed, number, parts):
        self.number, self.parts, self.data = number, parts, b""
        self.reading, self.writing = Way(Dice(seed)), Way(Dice(seed + 30))
        self.given, self.got, self.sent, self.taken = b"", b"", b"", b""

    def ioctl(self, request, flags):
        if request != 3:  # MP_STREAM_POLL
            return -1
        if not self.number:
            at()
        ready = flags & 1 if self.reading.ready() else 0
        ready |= flags & 4 if self.writing.ready() else 0
        return ready | 0x10 if ready & 1 and not self.data and not self.parts else ready

    def read(self, size=-1):
        way = self.reading
        if not way.ready():
            return None
        way.noticed(self.number, "read")
        if not self.data:
            if not self.parts:
                return b""  # it has hung up
            self.parts -= 1
            self.data = bytes([97 + way.dice.below(26) for _ in range(1 + way.dice.below(9))])
        data = self.data if size < 0 else self.data[:size]
        self.data = self.data[len(data) :]
        self.given += data
        if not self.data:
            way.next()
        return data

    def readinto(self, buffer):
        data = self.read(len(buffer))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        if not self.writing.ready():
            return None
        self.writing.noticed(self.number, "write")
        size = min(1 + self.writing.dice.below(6), len(data))
        self.taken += bytes(data[:size])
        self.writing.next()
        return size


async def reads(device, dice):
    reader = asyncio.StreamReader(device)
    came()
    while True:
        least = min(dice.below(4), device.parts)  # of which each has a byte at least
        if least:
            data = await reader.readexactly(least)
        elif dice.below(2):
            data = await reader.read(1 + dice.below(12))
        else:
            buffer = bytearray(1 + dice.below(12))
            data = buffer[: await reader.readinto(buffer)]
        device.reading.heard(device.number, "end of a read")
        if not data:
            break
        device.got += data


async def writes(device, dice, times):
    writer = asyncio.StreamWriter(device, {})
    came()
    for number in range(times):
        for _ in range(1 + dice.below(2)):
            data = bytes([65 + number]) * (1 + dice.below(9))
            writer.write(data)
            device.sent += data
        device.writing.since = now()
        await writer.drain()
        device.writing.heard(device.number, "end of a drain")
        if dice.below(3) == 0:
            await nap(30 + device.number, dice.below(9))


async def main(seed, names):
    dice, times = Dice(seed), params["times"]
    others, turn = await together(dice, names)
    devices = [Device(seed + n, n, times) for n in range(params["devices"])]
    tasks = []
    for n, device in enumerate(devices):  # one reads, one writes, one does both
        if n % 3 != 1:
            tasks.append(asyncio.create_task(reads(device, Dice(seed + 50 + n))))
        if n % 3 != 0:
            tasks.append(asyncio.create_task(writes(device, Dice(seed + 90 + n), times // 2)))
    left = await end(tasks, others)
    data = [(one.given, one.got, one.sent, one.taken) for one in devices]
    found = {"data": data, "noticed": noticed}
    found.update(log())
    emit("mixture", left, turn, found)


for seed, names in params["mixtures"]:
    noticed = []
    begin()
    asyncio.run(main(seed, names))
