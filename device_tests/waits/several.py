# Several callbacks are scheduled before any can run, one of them fails; the loop waits meanwhile.
def callback(number):
    came.append(number)
    if number == params["fails"]:
        raise ValueError("a callback of the test")


def schedule_all(_):
    # While one callback runs no other does.
    for number in range(params["count"]):
        try:
            micropython.schedule(callback, number)
            taken.append(number)
        except RuntimeError:
            refused.append(number)  # there is no room: whoever schedules is told


async def main():
    micropython.schedule(schedule_all, 0)
    for _ in range(20):
        await sleep_ms(2)
        if taken and len(came) == len(taken):
            break
    return "over"


came, taken, refused = [], [], []
emit("ended", asyncio.run(main()))
emit("came", came)
emit("taken", taken)
emit("refused", refused)
