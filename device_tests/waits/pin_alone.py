# The hardware drives the pin, by PWM: nothing of the program runs when an edge comes, and no timer
# is due by then. When the first edges come, the board finds by looking without end: the others
# are half a period apart.
from machine import PWM


def heard(_):
    flag.set()


async def main():
    while pin.value():
        pass
    while not pin.value():
        pass
    first = ticks_us()
    while pin.value():
        pass
    emit("half", [ticks_diff(ticks_us(), first)])
    listen(heard, Pin.IRQ_RISING | Pin.IRQ_FALLING)
    flag.clear()
    took = []
    for _ in range(params["times"]):
        try:
            await asyncio.wait_for_ms(flag.wait(), params["timer_ms"])
        except asyncio.TimeoutError:
            emit("never")
            break
        took.append(ticks_diff(ticks_us(), first))
    emit("took", took)


flag = asyncio.ThreadSafeFlag()
try:
    pwm = PWM(out, freq=params["hz"], duty_u16=32768)
except (TypeError, ValueError):  # it takes other words, or does not go so slowly
    pwm = None
emit("drives", pwm is not None)
if pwm:
    asyncio.run(main())
    pwm.deinit()
let_go()
