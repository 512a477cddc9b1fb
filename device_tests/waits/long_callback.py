# In the midst of a wait beside a device comes a callback that takes long: when does the wait end?
import micropython


class Asked(Device):
    # Schedules once it is asked in mid-wait, as an interrupt of its own would.
    asked = -1

    def ioctl(self, request, flags):
        if request == 3 and self.asked >= 0:
            self.asked += 1
            if self.asked == 3:
                micropython.schedule(work, params["work_ms"])
        return Device.ioctl(self, request, flags)


def work(ms):
    global worked
    worked += 1
    time.sleep_ms(ms)


async def main():
    emit("took", 0, [us // 4 for us in await four_turns(5)])
    task, took = asyncio.create_task(read(device)), []
    await sleep_ms(0)
    for _ in range(4 * params["times"]):  # a wait that was looked at too seldom had no callback
        before, device.asked, start = worked, 0, ticks_us()
        await sleep_ms(params["ms"])
        ended = ticks_us()
        device.asked = -1
        if worked > before and len(took) < params["times"]:
            took.append(ticks_diff(ended, start))
        if len(took) == params["times"]:
            break
    emit("took", 1, took)
    task.cancel()


device, worked = Asked(), 0
asyncio.run(main())
