# A callback of the firmware comes in the midst of each of the port's own waits: how long do these
# take?
import io


class Silent(io.IOBase):
    def ioctl(self, request, flags):
        return 0 if request == 3 else -1


def poll_device(ms):
    _devices.poll(ms)


def ipoll(ms):
    for _ in _devices.ipoll(ms):
        pass


_devices = select.poll()
_devices.register(Silent(), select.POLLIN)
WAITS = {
    "sleep_ms": time.sleep_ms,
    "sleep_us": lambda ms: time.sleep_us(ms * 1000),
    "sleep": lambda ms: time.sleep(seconds(ms)),
    "poll": _poller.poll,
    "poll of a device": poll_device,
    "ipoll": ipoll,
}
emit("source", source)
if source != "none":
    for name in params["waits"]:
        ran.clear()
        after(params["ms"], note)
        start = ticks_us()
        WAITS[name](params["wait_ms"])
        took = ticks_diff(ticks_us(), start)
        for _ in range(500):  # the thread that it comes from may be late
            if ran:
                break
            time.sleep_ms(1)
        emit("took", name, took, ticks_diff(due, start))
